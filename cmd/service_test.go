package cmd

import (
	"net"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestServiceManagerIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	s := newService()
	s.alive("all is well")
	s.alive("still")
	s.stopping()
	var got []string
	for range 3 {
		text := make([]byte, 1000)
		n, err := socket.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(text[:n]))
	}
	want := []string{"READY=1\nWATCHDOG=1\nSTATUS=all is well", "WATCHDOG=1\nSTATUS=still", "STOPPING=1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
