// Package deploy holds the files with which operators run and watch a soak: units, timers,
// crontab lines, scrape configuration, alert rules, a dashboard, rotation of logs.
//
//  1. A [Kit] is what one program reads. [Kits] lists them all.
//  2. [Kit.Files] fills them in with [Settings]; it is pure.
//  3. [Write] puts files into a folder with modes that their readers can read, whatever the
//     umask is, and touches none that somebody has changed.
//
// The alert rules and the dashboard are tables in this package, so that tests hold each
// condition to a rule and each query to a metric that there is.
//
// Not here: installing. That takes rights, and what there is differs; each kit says how.
package deploy
