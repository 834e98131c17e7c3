// Package console shows pages of facts on a terminal, and keeps them up to date.
//
//  1. A [Source] has the facts: pages of lines, and what there is to open behind a line. It is
//     whoever starts the console; the same facts are printed by its plain commands.
//  2. A model holds what is shown and where the cursor is. Messages change it (keys, a new look, another size);
//     it touches no clock, file or process.
//  3. Drawing is pure: a model and a size give the screen's text.
//  4. [Run] is the effectful rest: the terminal, a look a second, and children in the console's stead.
//
// Whatever text a source hands over, nothing of it reaches the terminal but what can be seen.
//
// Not here: what the facts are, and how they are come by.
package console
