import Contracts
import PermitsDomain
import Primitives

/// A permit as the store knows it: its facts, its papers and its life.
struct PermitRecord {
    var facts: PermitFacts
    var life: PermitLife
    /// Number of the last transition.
    var transitionNumber: Int64
}

/// Who decided what and why; for what the calendar does, nobody and nothing.
struct Decision {
    var transition: Transition
    var reason: String?
    var officer: String?
    var effectiveOn: BusinessDate
}
