package pipeline

import (
	"encoding/json"
	"fmt"

	"github.com/shadowrun/shadowrun/harness/pipeline/project"
)

// settingsChanged says in lines which settings two configurations have otherwise.
func settingsChanged(before, after project.Config) []string {
	was, is := settings(before), settings(after)
	lines := []string{}
	for _, key := range both(was, is) {
		if was[key] != is[key] {
			lines = append(lines, fmt.Sprintf("%s: %s → %s", key, or(was[key], "none"), or(is[key], "none")))
		}
	}
	return lines
}

// settings are a configuration's values, by their paths.
func settings(c project.Config) map[string]string {
	all := map[string]string{}
	var document map[string]any
	text, _ := json.Marshal(c) // it was read from such a text
	json.Unmarshal(text, &document)
	flatten(all, "", document)
	return all
}

func flatten(all map[string]string, path string, value any) {
	switch of := value.(type) {
	case map[string]any:
		for key, v := range of {
			at := key
			if path != "" {
				at = path + "." + key
			}
			flatten(all, at, v)
		}
	case nil:
	default:
		all[path] = fmt.Sprint(of)
	}
}
