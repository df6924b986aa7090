import Contracts
import Storage

/// What must hold of permits, checked in every backup.
enum PermitsInvariants {
    static let all = [
        Invariant(
            "every permit is in the state that its last step led to",
            violations: """
                SELECT 'permit ' || permitId || ' is ' || state FROM permit
                WHERE state IS NOT (
                    SELECT toState FROM permitTransition
                    WHERE permitTransition.permitId = permit.permitId AND permitTransition.number = permit.transitionNumber)
                """),
        Invariant(
            "no permit has lost a step",
            violations: """
                SELECT 'permit ' || permitId || ' has ' || count(*) || ' of ' || max(number) || ' steps' FROM permitTransition
                GROUP BY permitId HAVING count(*) <> max(number)
                """),
    ]
}
