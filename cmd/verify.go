package cmd

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness/report/sign"
	"github.com/shadowrun/shadowrun/harness/report/verify"
	"github.com/shadowrun/shadowrun/harness/soak"
)

type verifyFlags struct {
	keys      machineKeys
	approvers string
	require   int
}

// machineKeys say which machine may have attested a bundle.
type machineKeys struct{ file string }

func (k *machineKeys) add(c *cobra.Command) {
	c.Flags().StringVar(&k.file, "public-key", "", "the machine's public key, a `file`.pub of keys/ in its state folder (default those in the state folder here)")
}

// ring returns the keys; nil: none is known.
func (k *machineKeys) ring(a *app) (*golden.Ring, error) {
	if k.file != "" {
		return golden.OpenPublicKey(k.file)
	}
	dir, err := a.state()
	if err != nil {
		return nil, err
	}
	return golden.OpenRing(soak.KeyDir(dir), golden.RingOptions{ReadOnly: true})
}

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use:   "verify [bundle] BUNDLE",
		Short: "Check a bundle of evidence and its signatures, offline",
		Long: `Checks a bundle that 'shadowrun report --bundle' wrote, and says of each thing whether it is intact: every file in it, its
manifest, the machine's attestation (BUNDLE.intoto.jsonl), and each person's sign-off (BUNDLE.NAME.signoff.json and
BUNDLE.NAME.sig). What was changed, removed, added, renamed or swapped is named.

A sign-off counts if its key is in the list of approvers, the file that ssh-keygen calls allowed signers:

  ada@example.org namespaces="signoff@shadowrun" ssh-ed25519 AAAAC3Nza…

Names, namespaces=, valid-after= and valid-before= are respected, as of the date that was signed. To take a signer
off, take the line away: a sign-off of theirs then does not count, and the bundle is refused until its two files are taken
away too. The same check without this program:

  ssh-keygen -Y verify -f allowed_signers -I NAME -n signoff@shadowrun -s BUNDLE.NAME.sig <BUNDLE.NAME.signoff.json

The first line tells integrity from acceptance: INTACT alone is both.

Exit status: 0 all is intact and signed off as required, 1 something was changed, the machine's key is not known, or a
sign-off is missing or does not count, 3 there is no signature to check.`,
		Example: `  shadowrun verify out.tar.zst --allowed-signers allowed_signers
  shadowrun verify out.tar.zst --allowed-signers allowed_signers --public-key soak-host.pub --require 2
  shadowrun verify out.tar.zst --require 0`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 2 && args[0] == "bundle" { // a bundle is all there is to verify; whoever says so says no more
				return nil
			}
			return arguments(1, 1)(c, args)
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.verify(args[len(args)-1], &f) },
	}
	f.keys.add(c)
	c.Flags().StringVar(&f.approvers, "allowed-signers", "", "the list of approvers, a `file`")
	c.Flags().IntVar(&f.require, "require", 1, "how many approvers must have signed it off")
	return c
}

func (a *app) verify(path string, f *verifyFlags) error {
	if f.require < 0 {
		return hinted(fmt.Errorf("--require %d: want 0 or more", f.require))
	}
	o := verify.Options{Require: f.require, At: time.Now()}
	var err error
	if o.Keys, err = f.keys.ring(a); err != nil {
		return err
	}
	if o.Approvers, err = readApprovers(f.approvers); err != nil {
		return err
	}
	r, err := verify.Bundle(path, o)
	if err != nil {
		return err
	}
	if err := a.printVerified(path, f.require, r); err != nil {
		return err
	}
	fail := func(why string) error { return failure{errors.New(why), exitFail, f.hints(path, r)} }
	switch r.Verdict() {
	case verify.Accepted:
		return nil
	case verify.NotSigned:
		return failure{errors.New("there is no signature to check"), exitInconclusive, []string{"'shadowrun report --bundle' writes the machine's beside the bundle: copy them together"}}
	case verify.NotVerified:
		return fail("the machine's key is not known here")
	case verify.NotSignedOff:
		return fail("intact, and not signed off as required")
	case verify.Stray:
		return fail("intact and signed off as required, but for a sign-off that does not count")
	default:
		return fail("it is not as it was signed")
	}
}

// readApprovers returns nil where no file is named.
func readApprovers(file string) (*sign.Approvers, error) {
	if file == "" {
		return nil, nil
	}
	in, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("--allowed-signers: %w", err)
	}
	defer in.Close()
	return sign.ParseApprovers(file, in)
}

// hints say what to do where nothing was changed.
func (f *verifyFlags) hints(path string, r verify.Result) (hints []string) {
	if r.Verdict() == verify.NotVerified && f.keys.file == "" {
		hints = append(hints, "--public-key FILE names the machine's public key; have it from who runs the machine, and not from where the bundle lay")
	}
	for _, name := range r.NotCounted {
		hints = append(hints, fmt.Sprintf("'rm %s %s' takes it away, where it is not to count; else let a line of %s allow it",
			soak.ShellQuote(path+"."+name+verify.StatementSuffix), soak.ShellQuote(path+"."+name+verify.SignatureSuffix), f.approvers))
	}
	if f.approvers == "" && f.require > 0 {
		hints = append(hints, "--allowed-signers FILE names the list of approvers, --require 0 asks for none")
	}
	return hints
}
