package serve

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
)

//go:embed page
var pageFiles embed.FS

// scripts are the parts of the page's one script, in order: each may use those before it.
var scripts = []string{"dom.js", "format.js", "state.js", "plot.js", "course.js", "finding.js", "room.js", "main.js"}

// page is the page as it is sent: one file, and the policy that keeps all else out.
type page struct {
	text   string
	policy string
}

var thePage = assemble()

// assemble puts style and script into the page, and names both by their hashes: nothing else runs or
// styles, whatever a workflow has got into it.
func assemble() page {
	script := ""
	for _, name := range scripts {
		script += pageFile(name)
	}
	style := pageFile("page.css")
	text := strings.NewReplacer("/*style*/", style, "/*script*/", script).Replace(pageFile("page.html"))
	return page{text, fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; connect-src 'self'; img-src data:; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'", hashOf(script), hashOf(style))}
}

func pageFile(name string) string {
	text, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		panic(err) // the build is broken
	}
	return string(text)
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (p page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", p.policy)
	io.WriteString(w, p.text)
}
