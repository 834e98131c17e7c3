package sign

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// AgentVariable says where the agent listens.
const AgentVariable = "SSH_AUTH_SOCK"

// Ask asks for the passphrase of the key in a file.
type Ask func(path string) ([]byte, error)

// Key is an OpenSSH key that can sign.
type Key struct {
	signer ssh.Signer
	agent  net.Conn // nil: it is not an agent's
}

// Public returns its public part.
func (k *Key) Public() ssh.PublicKey { return k.signer.PublicKey() }

// Close ends the connection to the agent.
func (k *Key) Close() error {
	if k.agent == nil {
		return nil
	}
	return k.agent.Close()
}

// OpenKey reads a private key, of which ask may be asked for the passphrase. A key of which path is the
// public part signs through the agent at the socket named by agentAt; one with a passphrase that the
// agent holds does so, too, and nobody is asked.
func OpenKey(path, agentAt string, ask Ask) (*Key, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	if public, _, _, _, err := ssh.ParseAuthorizedKey(text); err == nil {
		return agentKey(public, path, agentAt)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		return nil, errors.Join(fmt.Errorf("key %s: others may read it; if nobody has, type: chmod 600 %s", path, path), err)
	}
	signer, err := ssh.ParsePrivateKey(text)
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		if locked.PublicKey != nil && agentAt != "" {
			if k, err := agentKey(locked.PublicKey, path, agentAt); err == nil {
				return k, nil
			}
		}
		return unlock(text, path, ask)
	}
	if err != nil {
		return nil, fmt.Errorf("key %s: want a private OpenSSH key, or the public part of one that the agent holds: %w", path, err)
	}
	return &Key{signer: signer}, nil
}

func unlock(text []byte, path string, ask Ask) (*Key, error) {
	passphrase, err := ask(path)
	if err != nil {
		return nil, fmt.Errorf("key %s has a passphrase: %w", path, err)
	}
	signer, err := ssh.ParsePrivateKeyWithPassphrase(text, passphrase)
	if errors.Is(err, x509.IncorrectPasswordError) {
		return nil, fmt.Errorf("key %s: the passphrase is wrong", path)
	}
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", path, err)
	}
	return &Key{signer: signer}, nil
}

func agentKey(public ssh.PublicKey, path, agentAt string) (k *Key, err error) {
	if agentAt == "" {
		return nil, fmt.Errorf("key %s is a public one, and no agent is there (%s is not set): name the private key, or start an agent with: eval \"$(ssh-agent)\"", path, AgentVariable)
	}
	conn, err := net.Dial("unix", agentAt)
	if err != nil {
		return nil, fmt.Errorf("agent: %w", err)
	}
	signers, err := agent.NewClient(conn).Signers()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("agent: %w", err), conn.Close())
	}
	for _, s := range signers {
		if bytes.Equal(s.PublicKey().Marshal(), public.Marshal()) {
			return &Key{s, conn}, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("key %s: the agent does not hold it: type ssh-add with its private part", path), conn.Close())
}
