// Package external records what a run asks of the outside over HTTP, and answers its replay from
// that record.
//
// The stages, in the order in which a call passes through them:
//
//  1. Door: a program finds a [Proxy] through its environment ([Session.Env]); the connections of one
//     that does not may be redirected by who starts it ([Session.Entrance]); a Go workflow has a
//     [Transport] in its own process, and no proxy.
//  2. Stored form: the request is read whole, stripped of what is transport only, redacted, and so
//     becomes a [Request]; its [Key] is method, URL and digest of the body.
//  3. Mode: it is passed on unseen (live), passed on and kept (record), answered from the record
//     (replay), or refused (block). The n-th call of a key gets the n-th recorded answer.
//  4. Exchange: request, answer or failure, in the order that [Sort] documents and that no
//     scheduling has a part in, each the value of a golden's call event ([Exchange.Value]).
//
// An answer from the record carries that record's answer, word for word, into the replay's trace:
// a trace of a replay differs from the run's by what was asked, and by nothing else. What the
// program then makes of an answer shows in its own output.
//
// What the record lacks is answered with status 599 and the header X-Shadowrun, and is itself an
// exchange: a call added. What was recorded and never asked is not in the replay's exchanges: a
// call removed. A body above the limit is passed on but kept as size and digest only: a replay can
// match such a request and can't give such an answer, so [Session.Close] then returns
// [ErrNotKept], and the verdict is unknown.
//
// A server's Content-Encoding is avoided by asking for none: then the run and its replay see the
// same bytes, they can be read in the golden, and a stream need not be taken apart. A server that
// compresses all the same has its bytes kept as they are.
//
// Not here: protocols other than HTTP (a database's, a raw socket's), WebSocket, and streams in
// which the server answers before the request has ended; they are refused, or stall, and want mode
// live. On redirected connections, what speaks neither HTTP nor TLS is passed on as it is
// ([Session.Passed]). To redirect is the lab's business. A program that neither reads the proxy
// variables nor is among [Clients] goes past all of this unseen where it is not in the lab.
//
// A redirected connection to another machine is always made, whether or not there is a server: that
// there is none shows as status 502, as it does through a proxy. Names are looked up by the program itself, so
// its replay needs them too, where they are not in its hosts file.
package external
