public import Primitives

/// How long a permit holds, and when its end is announced.
public enum Validity {
    /// Days before the end at which it is announced, the farthest first.
    public static let noticeDays = [180, 90, 30, 7]

    /// Years for which the kind is granted where the officer names no end; nil: without end.
    public static func years(of kind: PermitKind) -> Int? {
        switch kind {
        case .nib, .halal, .schoolLetter: nil
        case .hygiene: 1
        case .bpomNa: 3
        case .sni: 4
        case .sppIrt, .bpomMd, .bpomTr, .psat, .pkrt: 5
        }
    }

    /// The last day of a grant from `start` where the officer names none: the same day N years on, less one day.
    public static func defaultEnd(of kind: PermitKind, from start: BusinessDate) -> BusinessDate? {
        years(of: kind).map { start.adding(years: $0).adding(days: -1) }
    }

    /// The nearest threshold that `daysLeft` has reached; nil if none has been.
    public static func notice(daysLeft: Int) -> Int? { noticeDays.last { daysLeft <= $0 } }

    /// The next threshold after `last` has been announced; the farthest if none has been.
    public static func notice(after last: Int?) -> Int? { noticeDays.first { $0 < last ?? .max } }
}
