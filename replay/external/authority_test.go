package external

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAuthority(t *testing.T) {
	dir := t.TempDir()
	var made [8]*authority
	var all sync.WaitGroup
	for i := range made {
		all.Go(func() {
			var err error
			if made[i], err = openAuthority(dir); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	first, err := made[0].host("a.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range made[1:] {
		same, err := a.host("a.example")
		if err != nil {
			t.Fatal(err)
		}
		if !a.certificate.Equal(made[0].certificate) || !bytes.Equal(first.Certificate[0], same.Certificate[0]) {
			t.Error("eight at a time made more than one authority, or certificates that differ")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*.tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	roots := x509.NewCertPool()
	roots.AddCert(made[0].certificate)
	for _, name := range []string{"a.example", "127.0.0.1", "::1", strings.Repeat("long.", 20) + "example"} {
		for _, year := range []int{1995, 2026, 2095} {
			c, err := made[0].host(name)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Leaf.Verify(x509.VerifyOptions{Roots: roots, CurrentTime: time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC), DNSName: name})
			if err != nil {
				t.Errorf("%s in %d: %v", name, year, err)
			}
		}
	}
}

func TestAuthorityKeyFile(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(path string) error
		want string
	}{
		{"others may read it", func(path string) error { return os.Chmod(path, 0o644) }, "mode 0644 lets others read it"},
		{"no key", func(path string) error { return os.WriteFile(path, []byte("x"), 0o600) }, "want a PEM block"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if _, err := openAuthority(dir); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, keyFile)
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Fatalf("want mode 0600, got %v, %v", info.Mode(), err)
			}
			if err := test.do(path); err != nil {
				t.Fatal(err)
			}
			if _, err := openAuthority(dir); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("want %q, got %v", test.want, err)
			}
		})
	}
}
