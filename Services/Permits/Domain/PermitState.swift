public import Primitives

/// Where a permit stands.
public enum PermitState: String, Choice {
    case applied
    /// Sent back to the applicant.
    case repairRequested = "repair-requested"
    case approved, refused, suspended, expired, revoked

    /// Granted and not over: the calendar goes on for it.
    public var isLive: Bool { self == .approved || self == .suspended }

    /// Never left again; a new permit must be applied for.
    public var isFinal: Bool { self == .refused || self == .expired || self == .revoked }
}

/// What moves a permit from one state to another.
public enum PermitAction: String, Choice {
    case apply, resubmit
    case requestRepair = "request-repair"
    case approve, refuse, suspend, reinstate, revoke, expire

    /// The state that the action leads to, wherever it is allowed.
    public var target: PermitState {
        switch self {
        case .apply, .resubmit: .applied
        case .requestRepair: .repairRequested
        case .approve, .reinstate: .approved
        case .refuse: .refused
        case .suspend: .suspended
        case .revoke: .revoked
        case .expire: .expired
        }
    }
}

extension PermitState {
    /// The state table: section 6 of the contract. Nil where the action does not fit the state.
    public func after(_ action: PermitAction) -> PermitState? {
        switch (self, action) {
        case (.applied, .approve), (.applied, .refuse), (.applied, .requestRepair): action.target
        case (.repairRequested, .resubmit): action.target
        case (.approved, .suspend), (.suspended, .reinstate): action.target
        case (.approved, .revoke), (.suspended, .revoke): action.target
        case (.approved, .expire), (.suspended, .expire): action.target
        default: nil
        }
    }
}
