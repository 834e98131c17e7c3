package serve

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor"
)

// routes says what is to be had where.
func routes(seen *sight, o Options) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", thePage)
	mux.Handle("GET /metrics", promhttp.HandlerFor(newRegistry(seen, o.Version), promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", seen.readyz)
	mux.HandleFunc("GET /api/v1/status", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, o.Forms.Status(seen.get()))
	})
	mux.HandleFunc("GET /api/v1/findings", seen.readable(func(w http.ResponseWriter, _ *http.Request, s monitor.Status) {
		answer(w, o.Forms.Findings(s))
	}))
	mux.HandleFunc("GET /api/v1/findings/{key}", seen.readable(func(w http.ResponseWriter, r *http.Request, s monitor.Status) {
		found, err := readFinding(s.Observation, r.PathValue("key"))
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, o.Forms.Finding(found))
	}))
	mux.HandleFunc("GET /api/v1/progress", seen.readable(func(w http.ResponseWriter, _ *http.Request, _ monitor.Status) {
		progress, err := readProgress(seen)
		if err != nil {
			refuse(w, err)
			return
		}
		answer(w, o.Forms.Progress(progress))
	}))
	return mux
}

// readyz tells whether there is a soak that can be seen. Why not is for who may ask for the status.
func (s *sight) readyz(w http.ResponseWriter, _ *http.Request) {
	if seen := s.get(); seen.Unread != nil || seen.Soak.ID == 0 {
		http.Error(w, "no soak's ledger can be read", http.StatusServiceUnavailable)
		return
	}
	io.WriteString(w, "ok\n")
}

// readable answers where a soak's ledger can be read.
func (s *sight) readable(next func(http.ResponseWriter, *http.Request, monitor.Status)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		seen := s.get()
		switch {
		case seen.Unread != nil:
			refuse(w, seen.Unread)
		case seen.Soak.ID == 0:
			http.Error(w, "no soak has run in "+seen.Dir, http.StatusServiceUnavailable)
		default:
			next(w, r, seen)
		}
	}
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusServiceUnavailable
	if errors.Is(err, ledger.ErrNotFound) {
		status = http.StatusNotFound
	}
	http.Error(w, err.Error(), status)
}

func answer(w http.ResponseWriter, document any) {
	text, err := json.Marshal(document)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(text, '\n'))
}
