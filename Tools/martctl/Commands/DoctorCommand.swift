import ArgumentParser
import StrictJSON

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examines the whole platform; each finding comes with its cure.",
        usage: "martctl doctor [options]",
        discussion: """
            Versions against known floors of safety, durability, topology, what dead letters need, queues that do not move, or that others consume from, clocks, \
            disks, permissions. What it must know of a service, the service itself says (GET /v1/diagnosis); nothing is changed. \
            With --api it sees bindings, policies and who else consumes, too. ✓ fine, · good to know, ! to look at, ✗ to mend now.

              martctl doctor
              martctl doctor --api http://127.0.0.1:15672     bindings, policies too
              martctl doctor --json | jq '.findings[] | select(.severity=="fault")'

            Exit code 0 when nothing has to be mended, 1 when something has, 69 when neither broker nor services can be reached.
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var options: TopologyOptions
    @OptionGroup var sides: ReadSideOptions

    func run() async throws {
        try await Failure.reported {
            let facts = try await DoctorFacts.gather(try sides.sides(), options)
            let findings = Doctor.findings(facts)
            Terminal.show(
                json
                    ? JSONLine.text { json in
                        json.object { json in json.array("findings", findings) { $1.write(to: &$0) } }
                    } : DoctorScreen.text(findings))
            if facts.broker == nil, facts.diagnoses.isEmpty { throw ExitCode(Failure.Code.unavailable.rawValue) }
            if findings.contains(where: { $0.severity == .fault }) { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }
}
