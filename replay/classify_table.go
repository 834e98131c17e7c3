package replay

// nature is what a difference turns out to be.
type nature string

const (
	natureClock     nature = "clock reading"
	natureMonotonic nature = "monotonic clock reading"
	natureDuration  nature = "duration"
	naturePID       nature = "process id"
	natureHost      nature = "host name"
	natureUser      nature = "user name"
	naturePath      nature = "path of the run"
	natureAddress   nature = "address"
	natureUUID      nature = "random UUID"
	natureTimeUUID  nature = "UUID made of the clock"
	natureNameUUID  nature = "UUID made of a name"
	natureToken     nature = "random token"
	natureOrder     nature = "same elements in another order"
	natureDigest    nature = "digest over another difference"
	natureAggregate nature = "number computed from another difference"
	natureCopy      nature = "copy of another difference"
	natureFormat    nature = "another form of another difference"
	natureNothing   nature = "none of these"
)

// ruling says what a nature makes of a difference.
type ruling struct {
	Class Class
	Cause Cause // empty where it is the root's
}

// rulings is the table "from difference to verdict", as far as one look at the values
// gets. Latent, and the causes that a value depends on without being a reading of them,
// take an experiment. A row's verdict follows from its class: see [VerdictOf].
var rulings = map[nature]ruling{
	natureClock:     {ClassVolatile, CauseClock},
	natureMonotonic: {ClassVolatile, CauseClock},
	natureDuration:  {ClassVolatile, CauseDuration},
	naturePID:       {ClassVolatile, CausePID},
	natureHost:      {ClassVolatile, CauseHostname},
	natureUser:      {ClassVolatile, CauseUser},
	naturePath:      {ClassVolatile, CausePath},
	natureAddress:   {ClassVolatile, CauseAddress},

	natureUUID:     {ClassViolation, CauseRNG},
	natureTimeUUID: {ClassViolation, CauseClock},
	natureNameUUID: {ClassViolation, CauseUnattributed},
	natureToken:    {ClassViolation, CauseRNG},
	natureOrder:    {ClassViolation, CauseOrder},
	natureNothing:  {ClassViolation, CauseUnattributed},

	natureDigest:    {ClassDerived, ""},
	natureAggregate: {ClassDerived, ""},
	natureCopy:      {ClassDerived, ""},
	natureFormat:    {ClassDerived, ""},
}
