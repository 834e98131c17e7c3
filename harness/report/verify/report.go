package verify

import (
	"encoding/json"
	"time"
)

// reportName is the report that the result is read from.
const reportName = "report.json"

// Report is what a bundle's report says of itself.
type Report struct {
	ID        string    `json:"id"`
	MadeAt    time.Time `json:"made_at"`
	Statement string    `json:"statement"` // what a person signs
	Verdict   struct {
		Result string `json:"result"`
	} `json:"verdict"`
}

func (c *checking) report() {
	if c.contents.Unread(reportName) {
		return
	}
	text, found := c.contents.Kept[reportName]
	if !found {
		c.tell(reportName, Wrong, "missing, or too large: nothing says what was certified")
		return
	}
	if err := json.Unmarshal(text, &c.r.Report); err != nil || c.r.Report.Verdict.Result == "" {
		c.tell(reportName, Wrong, "it is no report (%v)", err)
	}
}
