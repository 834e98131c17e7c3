package loopback

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// Redis is a Redis, empty, that keeps nothing.
type Redis struct {
	folder  *folder
	address string
	server  *server
}

// StartRedis starts one.
func StartRedis(ctx context.Context) (r *Redis, err error) {
	program, err := find("redis-server")
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	folder, err := newFolder("redis")
	if err != nil {
		return nil, err
	}
	dir := folder.path
	r = &Redis{folder: folder, address: address}
	c := exec.Command(program, "--port", port(address), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", dir)
	r.server, err = start(ctx, dir, c, func(ctx context.Context) error {
		client := redis.NewClient(&redis.Options{Addr: address, MaxRetries: -1})
		defer client.Close()
		return client.Ping(ctx).Err()
	})
	if err != nil {
		return nil, fmt.Errorf("start Redis: %w", errors.Join(err, folder.remove()))
	}
	return r, nil
}

// URL is where it is found.
func (r *Redis) URL() string { return "redis://" + r.address + "/0" }

// Stop ends it.
func (r *Redis) Stop() error { return errors.Join(r.server.stop(syscall.SIGKILL), r.folder.remove()) }
