package external

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
)

func TestExchangeValue(t *testing.T) {
	ask := Request{Method: "GET", URL: "http://a/b?c"}
	answer := func(b Body) Exchange { return Exchange{Request: ask, Response: &Response{Status: 200, Body: b}} }
	for _, test := range []struct {
		name string
		e    Exchange
		want string
	}{
		{"no answer", Exchange{Request: ask, Error: errBlocked}, `{"error":"blocked","request":{"method":"GET","url":"http://a/b?c"}}`},
		{"no body", answer(Body{}), `{"request":{"method":"GET","url":"http://a/b?c"},"response":{"status":200}}`},
		{"json", answer(Body{Data: []byte(`{"a":1.0}`)}), `{"request":{"method":"GET","url":"http://a/b?c"},"response":{"body":{"json":{"a":1.0}},"status":200}}`},
		{"json, spaced", answer(Body{Data: []byte(`{"a": 1}`)}), `{"request":{"method":"GET","url":"http://a/b?c"},"response":{"body":{"text":"{\"a\": 1}"},"status":200}}`},
		{"a number", answer(Body{Data: []byte(`1`)}), `{"request":{"method":"GET","url":"http://a/b?c"},"response":{"body":{"text":"1"},"status":200}}`},
		{"text", answer(Body{Data: []byte("ä\x00\n")}), `{"request":{"method":"GET","url":"http://a/b?c"},"response":{"body":{"text":"ä\u0000\n"},"status":200}}`},
		{"bytes", answer(Body{Data: []byte{0xff}}), `{"request":{"method":"GET","url":"http://a/b?c"},"response":{"body":{"base64":"/w=="},"status":200}}`},
		{"omitted", answer(Body{Omitted: &Omitted{SHA256: "00", Size: 5}}), `{"request":{"method":"GET","url":"http://a/b?c"},"response":{"body":{"omitted":{"sha256":"00","size":5}},"status":200}}`},
		{
			"headers", Exchange{Request: Request{Method: "PUT", URL: "http://a/", Headers: http.Header{"B": {"2", "1"}, "A": {""}}, Body: Body{Data: []byte("x")}}},
			`{"request":{"body":{"text":"x"},"headers":{"A":[""],"B":["2","1"]},"method":"PUT","url":"http://a/"}}`,
		},
		{"too deep for an event", answer(Body{Data: []byte(strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999))}),
			`{"request":{"method":"GET","url":"http://a/b?c"},"response":{"body":{"text":"` + strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999) + `"},"status":200}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			value := valueOfExchange(t, test.e)
			if diff := cmp.Diff(test.want, string(value)); diff != "" {
				t.Errorf("value (-want +got):\n%s", diff)
			}
			again, err := ParseExchange(value)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.e, again); diff != "" {
				t.Errorf("read again (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseExchangeRefuses(t *testing.T) {
	for _, test := range []struct{ name, value string }{
		{"nothing", ``},
		{"no request", `{}`},
		{"no URL", `{"request":{"method":"GET","url":""}}`},
		{"a field that nobody reads", `{"more":1,"request":{"method":"GET","url":"http://a"}}`},
		{"a status that is none", `{"request":{"method":"GET","url":"http://a"},"response":{"status":101}}`},
		{"two bodies", `{"request":{"body":{"base64":"/w==","text":"x"},"method":"GET","url":"http://a"}}`},
		{"bytes that are text", `{"request":{"body":{"base64":"eA=="},"method":"GET","url":"http://a"}}`},
		{"another order", `{"request":{"url":"http://a","method":"GET"}}`},
		{"JSON that is text", `{"request":{"body":{"json":"x"},"method":"GET","url":"http://a"}}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if e, err := ParseExchange([]byte(test.value)); err == nil {
				t.Errorf("was taken as %+v", e)
			}
		})
	}
}

func FuzzParseExchange(f *testing.F) {
	f.Add([]byte(`{"request":{"body":{"json":{"a":[1.0]}},"headers":{"A":["b"]},"method":"GET","url":"http://a"},"response":{"body":{"base64":"/w=="},"status":200}}`))
	f.Add([]byte(`{"error":"x","request":{"body":{"omitted":{"sha256":"00","size":5}},"method":"GET","url":"http://a"}}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		e, err := ParseExchange(value)
		if err != nil {
			return
		}
		again, err := e.Value()
		if err != nil || !bytes.Equal(value, again) {
			t.Errorf("%s came back as %s, %v", value, again, err)
		}
		e.Request.Key()
	})
}

func TestKey(t *testing.T) {
	multipart := func(boundary string) Request {
		return Request{
			Method: "POST", URL: "http://a/", Headers: http.Header{"Content-Type": {"multipart/form-data; boundary=" + boundary}},
			Body: Body{Data: []byte("--" + boundary + "\r\n\r\nx\r\n--" + boundary + "--\r\n")},
		}
	}
	for _, test := range []struct {
		name string
		a, b Request
		same bool
	}{
		{"headers don't count", Request{Method: "GET", URL: "u", Headers: http.Header{"A": {"1"}}}, Request{Method: "GET", URL: "u"}, true},
		{"the boundary doesn't", multipart("one"), multipart("another"), true},
		{"the method does", Request{Method: "GET", URL: "u"}, Request{Method: "PUT", URL: "u"}, false},
		{"the order of a query does", Request{Method: "GET", URL: "u?a&b"}, Request{Method: "GET", URL: "u?b&a"}, false},
		{"the body does", Request{Method: "GET", URL: "u", Body: Body{Data: []byte("a")}}, Request{Method: "GET", URL: "u", Body: Body{Data: []byte("b")}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if same := test.a.Key() == test.b.Key(); same != test.same {
				t.Errorf("want the same key: %t, got %t", test.same, same)
			}
		})
	}
}

func TestSort(t *testing.T) {
	ask := func(method, url, body, message string) Exchange {
		return Exchange{Request: Request{Method: method, URL: url, Body: Body{Data: []byte(body)}}, Error: message}
	}
	got := []Exchange{ask("POST", "a", "", ""), ask("GET", "b", "", "first"), ask("GET", "a", "", ""), ask("GET", "b", "", "second")}
	want := []Exchange{got[2], got[1], got[3], got[0]}
	Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

// TestValueIsAnEvents: a golden takes it as it is.
func TestValueIsAnEvents(t *testing.T) {
	e := Exchange{Request: Request{Method: "GET", URL: "http://a/", Body: Body{Data: []byte(strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000))}}}
	value := valueOfExchange(t, e)
	line := append(append([]byte(`{"kind":"call","name":"GET http://a/","value":`), value...), '}')
	if _, err := golden.ParseEvent(line); err != nil {
		t.Error(err)
	}
}
