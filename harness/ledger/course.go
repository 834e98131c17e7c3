package ledger

// Course returns how a soak went: at most that many of its checkpoints, at even distances, the first
// and the last among them, oldest first. It costs what it returns.
func (r *Reader) Course(soak SoakID, most int) ([]Checkpoint, error) {
	last, err := list(r, scanCheckpoint, checkpointColumns+" ORDER BY n DESC LIMIT 1", soak)
	if err != nil || len(last) == 0 {
		return nil, err
	}
	step := 1
	if n, gaps := last[0].N, max(1, most-1); n > most {
		step = (n - 1 + gaps - 1) / gaps
	}
	// Checkpoints are numbered without a gap, so these are look-ups.
	return list(r, scanCheckpoint, `WITH RECURSIVE pick (n) AS (SELECT 1 UNION ALL SELECT min(n + ?2, ?3) FROM pick WHERE n < ?3)
		SELECT c.n, session, cycle, committed_ns, `+counterColumns+` FROM pick CROSS JOIN checkpoints c ON c.soak = ?1 AND c.n = pick.n ORDER BY 1`,
		soak, step, last[0].N)
}
