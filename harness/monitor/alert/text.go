package alert

import (
	"fmt"
	"strings"
	"unicode"
)

// longestText is how much of a condition's text is told, in runes. A stop's reason, say, can be a whole file: a receiver that refuses
// a message for its size would never take the next one.
const longestText = 2000

func cut(text string) string {
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	if len(runes) <= longestText {
		return string(runes)
	}
	return string(runes[:longestText]) + "…"
}

// name is what an alert is called where rules of Prometheus have names: ShadowrunProcessDead.
func name(m Message) string {
	if m.Kind == Test {
		return "ShadowrunTest"
	}
	out := "Shadowrun"
	for word := range strings.SplitSeq(m.Alert.Condition, "_") {
		if word != "" {
			out += strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return out
}

// next is what to do: nothing once it is over.
func (m Message) next() string {
	if m.Kind == Resolved {
		return ""
	}
	return m.Alert.Next
}

// slackText takes what Slack reads as markup for what it is.
func slackText(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "`", "'").Replace(text)
}

// Line is a message in one line, for logs.
func (m Message) Line() string {
	a := m.Alert
	what := fmt.Sprintf("%s %s: %s", a.Severity, a.Condition, a.Text)
	if m.Kind == Resolved {
		what = "resolved " + a.Condition + ": " + a.Text
	}
	return fmt.Sprintf("alert %s %s", m.ID(), strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) { // nor may it turn the direction of a line
			return ' '
		}
		return r
	}, what))
}
