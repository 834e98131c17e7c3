// Package serve shows a soak over HTTP: metrics for Prometheus, JSON for programs, a page for people.
//
//  1. sight looks at the soak when somebody asks, at most once a second, whoever asks how often, and
//     counts on by workflow what was committed since.
//  2. What is seen becomes metrics, documents, or the page, which shows those documents. All of it comes
//     from a [monitor.Status], and from the ledger where more than that is asked for: the soak itself,
//     if it is what serves, is never asked, so that it is served alike while it waits, and after its end.
//  3. guard stands before it all: it reads only, answers the loopback interface alone unless who asks
//     has the token, and keeps other sites' pages from asking through a browser.
//
// Not here: the forms of the documents, which are those of the commands' --json, and TLS, which is a
// proxy's to add.
package serve
