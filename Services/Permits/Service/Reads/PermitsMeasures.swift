import ServiceFramework

/// Permits' own metrics.
enum PermitsMeasures {
    static let all: [Measure] = [
        .now(
            .gauge("mart_permits", "permits", by: ["agency", "state"], "Permits by agency and state."),
            "SELECT agency, state, count(*) FROM permit GROUP BY agency, state ORDER BY agency, state")
    ]
}
