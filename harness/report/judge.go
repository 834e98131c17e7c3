package report

// Judge fills in gates, verdict and statement from the rest of the report.
func Judge(r *Report) { r.Verdict.Result = Inconclusive }
