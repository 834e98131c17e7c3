package external

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestAnswersOfAllKinds(t *testing.T) {
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/nothing":
			w.WriteHeader(http.StatusNoContent)
		case "/unchanged":
			w.Header().Set("Etag", `"x"`)
			w.WriteHeader(http.StatusNotModified)
		case "/head":
			w.Header().Set("Content-Length", "12345")
		case "/empty":
		case "/undated":
			w.Header()["Date"], w.Header()["Content-Type"] = nil, nil
			io.WriteString(w, "<html>")
		case "/bytes":
			w.Write([]byte{0xff, 0, 0xfe})
		case "/strange":
			w.WriteHeader(999)
			io.WriteString(w, "strange")
		case "/trailer":
			w.Header().Set("Trailer", "Sum")
			io.WriteString(w, "body")
			w.Header().Set("Sum", "4")
		case "/json":
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{ "b": 1,  "a": 2 }`)
		}
	})
	for _, scheme := range []string{"http", "https"} {
		for _, test := range []struct{ method, path, want string }{
			{"GET", "/nothing", "204 0 [] "},
			{"GET", "/unchanged", "304 "},
			{"HEAD", "/head", "200 12345 [] "},
			{"GET", "/empty", "200 0 [] "},
			{"GET", "/undated", "200 6 [] <html>"},
			{"GET", "/bytes", "200 3 [] \xff\x00\xfe"},
			{"GET", "/strange", "999 7 [] strange"},
			{"GET", "/trailer", "200 "},
			{"GET", "/json", `200 19 [] { "b": 1,  "a": 2 }`},
			{"GET", "/gzip", "200 "},
		} {
			t.Run(scheme+" "+test.path, func(t *testing.T) {
				seen, _ := o.inBoth(t, func(c *http.Client) string {
					req, _ := http.NewRequest(test.method, scheme+"://"+host+test.path, nil)
					resp, err := c.Do(req)
					if err != nil {
						return err.Error()
					}
					defer resp.Body.Close()
					body, err := io.ReadAll(resp.Body)
					if err != nil {
						return err.Error()
					}
					dates, types := len(resp.Header["Date"]), len(resp.Header["Content-Type"])
					if test.path == "/undated" && dates+types > 0 {
						t.Errorf("headers that the server did not send: %v", resp.Header)
					}
					return fmt.Sprintf("%d %d %v %s", resp.StatusCode, resp.ContentLength, resp.Trailer["Sum"], body)
				})
				if !strings.HasPrefix(seen, test.want) || test.path == "/trailer" && !strings.HasSuffix(seen, "[4] body") {
					t.Errorf("want %q, got %q", test.want, seen)
				}
			})
		}
	}
}

// TestOverTheLimit: what is too big passes, and is not kept; a replay of it is no verdict.
func TestOverTheLimit(t *testing.T) {
	const size = 300_000
	o := newOutside(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if r.URL.Path == "/big" {
			w.Write(bytes.Repeat([]byte{'x'}, size))
			return
		}
		fmt.Fprint(w, len(body))
	}, func(o *Options) { o.MaxBody = 1000 })
	s := o.session(t, Record, nil)
	c := o.through(t, s)
	big := strings.Repeat("y", size)
	if got := ask(c, "POST", "http://"+host+"/length", big); got != "200 300000" {
		t.Fatalf("a big question: got %.50q", got)
	}
	if got := ask(c, "GET", "https://"+host+"/big", ""); len(got) != size+4 {
		t.Fatalf("a big answer: got %d bytes, %.50q", len(got), got)
	}
	record := reread(t, end(t, s))
	if got := record[0].Response.Body.Omitted; got == nil || got.Size != size {
		t.Errorf("want size and digest for the answer, got %+v", got)
	}
	if record[0].Answers() || !record[1].Answers() {
		t.Error("want the small answer kept only")
	}

	s = o.session(t, Replay, record)
	c = o.through(t, s)
	if got := ask(c, "POST", "http://"+host+"/length", big); got != "200 300000" {
		t.Errorf("the same big question: got %.80q", got)
	}
	if got := ask(c, "POST", "http://"+host+"/length", big+"z"); !strings.HasPrefix(got, "599 ") {
		t.Errorf("another big question: got %.80q", got)
	}
	if _, err := s.Close(); err != nil {
		t.Errorf("all that was needed was there: %v", err)
	}
	s = o.session(t, Replay, record)
	if got := ask(o.through(t, s), "GET", "https://"+host+"/big", ""); !strings.HasPrefix(got, "599 shadowrun: "+errNotKept) {
		t.Errorf("the big answer: got %.80q", got)
	}
	if _, err := s.Close(); !errors.Is(err, ErrNotKept) {
		t.Errorf("want %v, got %v", ErrNotKept, err)
	}
}
