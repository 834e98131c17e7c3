package ledger

func writeUntilKilled(path string) int { return 0 }
