package loopback

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

// Health is a service that says that it is well, as an engine does.
type Health struct {
	listener net.Listener
	server   *http.Server
	ended    chan struct{}
}

// StartHealth starts one.
func StartHealth() (*Health, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &Health{listener: listener, ended: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintln(w, `{"status":"healthy"}`)
	})
	h.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		defer close(h.ended)
		h.server.Serve(listener) // until it is stopped
	}()
	return h, nil
}

// URL is where it says so.
func (h *Health) URL() string { return "http://" + h.listener.Addr().String() + "/health" }

// Stop ends it.
func (h *Health) Stop() error {
	err := h.server.Close()
	<-h.ended
	return err
}
