package project

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	idForm       = regexp.MustCompile(`^project-([1-9][0-9]{0,8}|1000000000)$`)
	artifactForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99})?$`)
	digestForm   = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	measureForm  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
)

// CheckID says what is wrong with a project's id. Only project-N is one, N from 1 to a thousand
// million without leading zeros: an id is a folder's name, and must not lead out of its own.
func CheckID(id string) error {
	if !idForm.MatchString(id) {
		return fmt.Errorf("project %q: want project-N, N a number from 1 to 1000000000", id)
	}
	return nil
}

// CheckArtifact says what is wrong with an artifact's name or digest.
func CheckArtifact(name, digest string) error {
	if !artifactForm.MatchString(name) {
		return fmt.Errorf("artifact %q: want a file's name of letters, digits, dots, dashes and underscores, in one folder at most", name)
	}
	if !digestForm.MatchString(digest) {
		return fmt.Errorf("artifact %s: digest %q: want sha256: and 64 hexadecimal digits", name, digest)
	}
	return nil
}

func checkGate(gate string, minimum, maximum *float64) error {
	stage, measure, ok := strings.Cut(gate, ".")
	switch {
	case !ok || Stage(stage).Index() < 0 || !measureForm.MatchString(measure):
		return fmt.Errorf("quality gate %q: want STAGE.MEASURE, as in verify.coverage", gate)
	case minimum == nil && maximum == nil:
		return fmt.Errorf("quality gate %s: want a minimum, a maximum, or both", gate)
	case minimum != nil && maximum != nil && *minimum > *maximum:
		return fmt.Errorf("quality gate %s: nothing is at least %v and at most %v", gate, *minimum, *maximum)
	}
	return nil
}
