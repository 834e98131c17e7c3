package lab

// Calls that not all architectures have; -1 where there is none.
const (
	callOpen  = -1
	callTime  = -1
	callMkdir = -1
	callStat  = -1
	callLstat = -1
)
