package alert

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// outbox delivers messages to one receiver, in order, each until it is taken.
type outbox struct {
	receiver *Receiver
	client   *http.Client
	origin   Origin
	now      func() time.Time
	random   *rand.Rand
	tried    func(m Message, tries int, err error) // after every attempt

	mu      sync.Mutex
	waiting []entry
	filled  chan struct{} // holds a token where something was added
}

type entry struct {
	Message
	tries int
}

// newOutbox returns an outbox whose waits follow from its receiver's name, so that several of them do not come all
// at once and each comes when it came the last time.
func newOutbox(r *Receiver, client *http.Client, o Origin, now func() time.Time, tried func(Message, int, error)) *outbox {
	h := fnv.New64a()
	h.Write([]byte(r.Name))
	return &outbox{receiver: r, client: client, origin: o, now: now, tried: tried,
		random: rand.New(rand.NewPCG(h.Sum64(), 0)), filled: make(chan struct{}, 1)}
}

func (o *outbox) add(m Message, tries int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = append(o.waiting, entry{m, tries})
	select {
	case o.filled <- struct{}{}:
	default:
	}
}

func (o *outbox) first() (entry, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		return entry{}, false
	}
	return o.waiting[0], true
}

func (o *outbox) taken() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = o.waiting[1:]
}

// run delivers until ctx ends. What then waits is delivered by the next daemon.
func (o *outbox) run(ctx context.Context) {
	for ctx.Err() == nil {
		e, ok := o.first()
		if !ok {
			select {
			case <-o.filled:
			case <-ctx.Done():
			}
			continue
		}
		o.deliver(ctx, e)
	}
}

func (o *outbox) deliver(ctx context.Context, e entry) {
	for tries := e.tries + 1; ; tries++ {
		err := o.receiver.send(ctx, o.client, o.origin, e.Message, o.now())
		if err != nil && ctx.Err() != nil {
			return // it was not the receiver's fault
		}
		o.tried(e.Message, tries, err)
		if err == nil {
			o.taken()
			return
		}
		timer := time.NewTimer(o.wait(tries, err))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// The first retry comes after firstWait, each next after twice as long, up to longestWait.
const (
	firstWait   = time.Second
	longestWait = 5 * time.Minute
)

// wait is how long to wait after so many attempts: exponential, with a quarter of it left to chance, and no less than the
// receiver asks for, up to longestWait.
func (o *outbox) wait(tries int, err error) time.Duration {
	wait := longestWait
	if tries < 10 {
		wait = min(longestWait, firstWait<<(tries-1))
	}
	wait -= time.Duration(o.random.Int64N(int64(wait)/4 + 1))
	var refused *refusal
	if errors.As(err, &refused) {
		wait = max(wait, min(refused.after, longestWait))
	}
	return wait
}
