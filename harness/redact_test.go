package harness

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/shadowrun/shadowrun/golden"
)

func noLookup(string) (string, bool) { return "", false }

func redactorOf(t testing.TB, values map[string]string) redactor {
	t.Helper()
	var names []string
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	r, err := newRedactor(names, values, noLookup)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRedact(t *testing.T) {
	const secret = "p\u00e4ss/w\"r<d +1"
	r := redactorOf(t, map[string]string{"S": secret, "PIN": "123456", "PEM": "-----\nabc\n-----"})
	python := `p\u00e4ss/w\"r<d +1`
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "innocent", "innocent"},
		{"as it is", "a " + secret + " b", "a [redacted:S] b"},
		{"twice", secret + secret, "[redacted:S][redacted:S]"},
		{"over lines", "x -----\nabc\n----- y", "x [redacted:PEM] y"},
		{"in JSON of Go", string(quoted), `"[redacted:S]"`},
		{"in JSON of Python", python, "[redacted:S]"},
		{"in JSON of PHP", strings.ReplaceAll(python, "/", `\/`), "[redacted:S]"},
		{"in JSON of JavaScript", `p` + "\u00e4" + `ss/w\"r<d +1`, "[redacted:S]"},
		{"in a form", "v=" + url.QueryEscape(secret) + "&", "v=[redacted:S]&"},
		{"in a path", "/" + url.PathEscape(secret) + "/", "/[redacted:S]/"},
		{"in a URL of JavaScript", "p%C3%A4ss%2Fw%22r%3Cd%20%2B1", "[redacted:S]"},
		{"in a URL with small letters", "p%c3%a4ss%2fw%22r%3cd+%2b1", "[redacted:S]"},
		{"in base64", base64.StdEncoding.EncodeToString([]byte(secret)), "[redacted:S]"},
		{"in base64 for URLs", base64.RawURLEncoding.EncodeToString([]byte(secret)), "[redacted:S]"},
		{"number", `{"pin":123456}`, `{"pin":[redacted:PIN]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, r.text(c.text)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// Basic authorization is base64 of user:password: where the password begins in it depends on the user.
func TestRedactInTheMiddleOfBase64(t *testing.T) {
	const password = "correct horse battery"
	r := redactorOf(t, map[string]string{"PASSWORD": password})
	for _, user := range []string{"", "a", "al", "ali", "alice"} {
		header := base64.StdEncoding.EncodeToString([]byte(user + ":" + password + ":x"))
		if got := r.text(header); !strings.Contains(got, "[redacted:PASSWORD]") || strings.Contains(got, "aG9yc2U") || len(got) > 40 {
			t.Errorf("%s: %s from %s", user, got, header)
		}
	}
}

func TestRedactJSON(t *testing.T) {
	r := redactorOf(t, map[string]string{"S": "se\"cret", "PIN": "123456"})
	for _, c := range []struct{ name, value, want string }{
		{"string", `"a se\"cret b"`, `"a [redacted:S] b"`},
		{"escaped otherwise", `"\u0073\u0065\"cret"`, `"[redacted:S]"`},
		{"key", `{"se\"cret":1}`, `{"[redacted:S]":1}`},
		{"number", `[123456,1234567,-123456.0,12345]`, `["[redacted:PIN]","[redacted:PIN]7","-[redacted:PIN].0",12345]`},
		{"the rest", `{"a":[null,true,"x\\",{"b":{}}]}`, `{"a":[null,true,"x\\",{"b":{}}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			canonical, err := golden.AppendCanonical(nil, []byte(c.value))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(r.json(canonical))); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestRedactShortValues(t *testing.T) {
	_, err := newRedactor([]string{"PIN"}, map[string]string{"PIN": "123"}, noLookup)
	want := "redact: the value of PIN has 3 bytes; one of fewer than 4 can't be told from other text"
	if err == nil || err.Error() != want {
		t.Errorf("error %v; want %s", err, want)
	}
	for _, value := range []string{"", "unset"} {
		env := map[string]string{"OTHER": "value"}
		if value == "" {
			env["PIN"] = value
		}
		r, err := newRedactor([]string{"PIN"}, env, noLookup)
		if err != nil || r.text("a value") != "a value" {
			t.Errorf("%q: %v", value, err)
		}
	}
}

// A small alphabet makes secrets that overlap one another and themselves.
var secretText = rapid.StringMatching(`[ab\n"]{4,7}`)

// anyRedactor draws secrets and text in which they, and their beginnings, are frequent.
func anyRedactor(t *rapid.T) (redactor, []byte) {
	values := rapid.SliceOfN(secretText, 1, 3).Draw(t, "secrets")
	if long := values[0]; len(long) > minSecret { // one within another
		from := rapid.IntRange(0, len(long)-minSecret).Draw(t, "from")
		values = append(values, long[from:from+minSecret])
	}
	env := map[string]string{}
	var names []string
	for i, v := range values {
		names = append(names, fmt.Sprint("S", i))
		env[names[i]] = v
	}
	r, err := newRedactor(names, env, noLookup)
	if err != nil {
		t.Fatal(err)
	}
	pieces := rapid.SliceOfN(rapid.OneOf(
		rapid.SampledFrom(values),
		rapid.Map(rapid.SampledFrom(r.secrets), func(s secret) string { return string(s.value) }),
		rapid.StringMatching(`[ab\n"\\]{0,5}`), rapid.Just("-"),
	), 0, 8).Draw(t, "text")
	return r, []byte(strings.Join(pieces, ""))
}

// However a text is cut into chunks, what comes out is what comes of the whole.
func TestRedactStreamEqualsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, text := anyRedactor(t)
		var got []byte
		write, flush := r.stream(func(chunk []byte) error { got = append(got, chunk...); return nil })
		for rest := slices.Clone(text); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "chunk")
			chunk := slices.Clone(rest[:n])
			if err := write(chunk); err != nil {
				t.Fatal(err)
			}
			clear(chunk) // it is the writer's again
			rest = rest[n:]
		}
		if err := flush(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(r.bytes(text)), string(got)); diff != "" {
			t.Errorf("of %q: whole -, stream +:\n%s", text, diff)
		}
	})
}

// What comes out is the text without all that any secret covers: as a reference says that looks
// at every secret at every place.
func TestRedactCoversEverySecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, text := anyRedactor(t)
		covered := make([]bool, len(text))
		for i := range text {
			for _, s := range r.secrets {
				if bytes.HasPrefix(text[i:], s.value) {
					for j := range s.value {
						covered[i+j] = true
					}
				}
			}
		}
		var want, got []byte
		for i, c := range covered {
			if !c {
				want = append(want, text[i])
			}
		}
		got = r.bytes(text)
		for _, s := range r.secrets {
			got = bytes.ReplaceAll(got, s.mask, nil)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("of %q: want -, got +:\n%s", text, diff)
		}
	})
}

// Nowhere in what an execution leaves is the value of a variable that is to be redacted, whatever
// way it takes: pipes in pieces, files, their names, links, standard error, messages.
func TestCommandRedacts(t *testing.T) {
	needs(t, "python3")
	const secret = "hunter2\u00fc s3cret"
	const program = `
import base64, json, os, sys, time
s = os.environ["TOKEN"]
out = os.environ["SHADOWRUN_OUT"]
open(os.path.join(out, "file-" + s + ".txt"), "w").write("it is " + s)
open(os.path.join(out, "doc.json"), "w").write(json.dumps({"v": s, s: 1}))
open(os.path.join(out, "blob"), "wb").write(b"\0" + s.encode())
open(os.path.join(out, "large"), "wb").write(b"x" * 5_000_000 + s.encode())
os.symlink("/nowhere/" + s, os.path.join(out, "link"))
def bits(f, text):
    for i in range(0, len(text), 3):
        f.buffer.write(text[i:i+3]); f.flush()
kind = sys.argv[1]
if kind == "json":
    bits(sys.stdout, json.dumps({"v": s, "n": [s, {s: 2}], "pin": int(os.environ["PIN"])}).encode())
elif kind == "jsonl":
    bits(sys.stdout, (json.dumps(s) + "\nnot json " + s + "\n" + os.environ["PEM"] + "\n").encode())
else:
    bits(sys.stdout, f"{s} {base64.b64encode(s.encode()).decode()}\n{os.environ['PEM']}\n".encode())
bits(sys.stderr, b"x" * 70000 + ("said " + s).encode())
sys.exit(3)`
	for _, c := range []struct {
		output golden.Output
		want   []string
	}{
		{golden.OutputJSON, []string{`out {"n":["[redacted:TOKEN]",{"[redacted:TOKEN]":2}],"pin":"[redacted:PIN]","v":"[redacted:TOKEN]"}`}},
		{golden.OutputJSONL, []string{`out "[redacted:TOKEN]"`, `fault {"column":2,"format":"jsonl","line":2}`, `out "not json [redacted:TOKEN]"`,
			`fault {"column":2,"format":"jsonl","line":3}`, `out "[redacted:PEM]"`}},
		{golden.OutputText, []string{`out "[redacted:TOKEN] [redacted:TOKEN]\n"`, `out "[redacted:PEM]\n"`}},
		{golden.OutputBytes, []string{`out {"base64":"` + base64.StdEncoding.EncodeToString([]byte("[redacted:TOKEN] [redacted:TOKEN]\n[redacted:PEM]\n")) + `"}`}},
	} {
		t.Run(string(c.output), func(t *testing.T) {
			x := commandOf(t, WorkflowConfig{
				Command: []string{"python3", "-c", program, string(c.output), secret}, Output: c.output,
				Env: map[string]string{"TOKEN": secret, "PIN": "908172", "PEM": "-----BEGIN\nAAAA\nBBBB\n-----END"},
			}, func(config *Config) { config.Redact = []string{"TOKEN", "PIN", "PEM"} })
			e := x.execute(t.Context(), planned("hostile", 5))
			defer e.Close()
			events := eventsOf(t, e.Trace)
			artifacts := slices.IndexFunc(events, func(e string) bool { return strings.HasPrefix(e, "artifact") })
			if artifacts < 0 {
				t.Fatalf("%s: %s%s", e.Status, e.Message, e.Stderr)
			}
			if diff := cmp.Diff(c.want, events[:artifacts]); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			text, err := e.Trace.Bytes()
			if err != nil {
				t.Fatal(err)
			}
			wantFile := `{"kind":"artifact","name":"file-[redacted:TOKEN].txt","value":{"text":["it is [redacted:TOKEN]"]}}`
			if !bytes.Contains(text, []byte(wantFile)) || !bytes.Contains(text, []byte(`{"link":"/nowhere/[redacted:TOKEN]"}`)) {
				t.Errorf("trace: %s", text)
			}
			for what, kept := range map[string][]byte{"trace": text, "message": []byte(e.Message), "standard error": e.Stderr} {
				for _, piece := range []string{"hunter2", "s3cret", "AAAA", "908172", base64.StdEncoding.EncodeToString([]byte(secret))[:8]} {
					if i := bytes.Index(kept, []byte(piece)); i >= 0 {
						t.Errorf("%s holds %q: …%s", what, piece, kept[max(0, i-40):min(len(kept), i+40)])
					}
				}
			}
			if !bytes.HasSuffix(e.Stderr, []byte("said [redacted:TOKEN]")) {
				t.Errorf("standard error ends with %s", e.Stderr[max(0, len(e.Stderr)-60):])
			}
		})
	}
}

// The value that the harness has is redacted also where it is not passed on: a program may know it otherwise.
func TestCommandRedactsWhatItWasNotShown(t *testing.T) {
	t.Setenv("DEPLOY_KEY", "open sesame")
	x := commandOf(t, WorkflowConfig{Command: sh(`echo "key: open sesame, shown: $DEPLOY_KEY"`)}, func(c *Config) { c.Redact = []string{"DEPLOY_KEY"} })
	want := seen{Status: golden.StatusOK, Trace: []string{`out "key: [redacted:DEPLOY_KEY], shown: \n"`}}
	if diff := cmp.Diff(want, see(t, x, planned("hostile", 5))); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// The end of a long standard error may begin within a secret, which its mask is much shorter than.
func TestTailCutsNoSecretOpen(t *testing.T) {
	if testing.Short() {
		t.Skip("masks 16 MB")
	}
	secret := strings.Repeat("0123456789", 100)
	for skew := range 50 {
		kept := tail{redact: redactorOf(t, map[string]string{"S": secret})}
		write := kept.stream()
		write(bytes.Repeat([]byte("x"), 21*skew))
		for range 40 * maxStderr / len(secret) {
			write([]byte(secret))
		}
		write([]byte("012345"))
		kept.flush()
		got := string(kept.bytes())
		if rest, whole := strings.CutSuffix(got, "012345"); !whole || strings.ContainsAny(rest, "0123456789") || len(got) > maxStderr {
			t.Errorf("skew %d: %d bytes, %.40s…%s", skew, len(got), got, got[max(0, len(got)-20):])
		}
	}
}
