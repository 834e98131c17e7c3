package external

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
)

// What an exchange's Error says. Nothing in it varies between two executions that fail alike: no
// address, no port, no time.
const (
	errNotRecorded = "not in the record"
	errBlocked     = "blocked"
	errNotKept     = "the recorded answer was above the limit, and was not kept"
	errUpgrade     = "refused: a change of protocol can't be recorded"
	errForeign     = "refused: a tunnel that speaks neither TLS nor HTTP can't be recorded"
	errDistrust    = "the program did not accept our certificate"
	errScheme      = "refused: neither http nor https"
	errGaveUp      = "the program gave up"
	errEnded       = "the run ended first"
	errBrokenOff   = "the program broke its request off"
	serverFailed   = "the server failed: " // and how
)

// ErrNotKept is what [Session.Close] returns where a replay asked for an answer that the record
// names but could not hold: the replay says nothing about the program, and its verdict is unknown.
var ErrNotKept = errors.New("outside calls: an answer that the replay needs was above the limit and is not in the record; raise the limit and record again")

// ErrClosed is the error of a call that comes after its session's end.
var ErrClosed = errors.New("outside calls: the session has ended")

// Failure is the error of a call that no server answered, in a run and in its replay alike.
type Failure struct{ Reason string }

func (f *Failure) Error() string { return "outside call: " + f.Reason }

// ErrSelf is what dialling the proxy's own address gives.
var errSelf = errors.New("the proxy's own address")

// reason puts an error of the network in words that are the same next time.
func reason(err error) string {
	var (
		dns       *net.DNSError
		unknown   x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		host      x509.HostnameError
		verify    *tls.CertificateVerificationError
		alert     tls.AlertError
		record    tls.RecordHeaderError
		timed     net.Error
		byProxy   = strings.Contains(err.Error(), "proxyconnect")
		malformed = strings.Contains(err.Error(), "malformed HTTP")
	)
	switch {
	case errors.Is(err, errSelf):
		return serverFailed + errSelf.Error()
	case byProxy:
		return serverFailed + "a proxy on the way refused"
	case errors.As(err, &dns):
		return serverFailed + "its name was not found"
	case errors.Is(err, syscall.ECONNREFUSED):
		return serverFailed + "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return serverFailed + "connection reset"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return serverFailed + "no way to it"
	case errors.As(err, &unknown):
		return serverFailed + "its certificate is signed by an unknown authority"
	case errors.As(err, &host):
		return serverFailed + "its certificate is another host's"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return serverFailed + "its certificate is not valid now"
	case errors.As(err, &verify), errors.As(err, &invalid):
		return serverFailed + "its certificate is not valid"
	case errors.As(err, &alert), errors.As(err, &record):
		return serverFailed + "it refused TLS"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timed) && timed.Timeout():
		return serverFailed + "it took too long"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return serverFailed + "it closed the connection"
	case malformed:
		return serverFailed + "it does not speak HTTP"
	}
	return serverFailed + "its answer could not be read"
}
