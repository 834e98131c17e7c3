package external

import (
	"testing"
)

// A proxy beside another leaves the folder's port to that: what comes after both shows programs the same address
// as before them.
func TestAProxyBesideAnotherLeavesThePortAlone(t *testing.T) {
	dir := t.TempDir()
	start := func() *Proxy {
		p, err := Start(Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	end := func(p *Proxy) {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	soak := start()
	port := soak.port()
	explainer := start()
	if explainer.port() == port {
		t.Errorf("two proxies at port %d", port)
	}
	end(soak)
	resumed := start()
	end(explainer)
	if resumed.port() != port {
		t.Errorf("resumed beside the explainer: port %d, want %d", resumed.port(), port)
	}
	end(resumed)
	byHand := start()
	if byHand.port() != port {
		t.Errorf("after all of them: port %d, want %d", byHand.port(), port)
	}
	end(byHand)
}
