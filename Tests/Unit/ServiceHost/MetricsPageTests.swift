import ServiceFramework
import Testing

@testable import ServiceHost

/// The text that Prometheus reads.
struct MetricsPageTests {
    @Test func `a family says its help and type once, then its samples`() {
        var page = MetricsPage(service: "box")
        page.add(
            .counter("boxes_total", "boxes", by: ["colour", "error_type"], "Boxes put."),
            [(["red", ""], 3), (["blue", "lost"], 9_007_199_254_740_991)])
        page.add(.gauge("age_seconds", "seconds", "Age."), 0.25)
        #expect(
            page.text == """
                # HELP boxes_total Boxes put.
                # TYPE boxes_total counter
                boxes_total{service="box",colour="red"} 3
                boxes_total{service="box",colour="blue",error_type="lost"} 9007199254740991
                # HELP age_seconds Age.
                # TYPE age_seconds gauge
                age_seconds{service="box"} 0.25

                """)
    }

    @Test func `label values and help are escaped`() {
        var page = MetricsPage(service: "box")
        page.add(.gauge("odd", "1", by: ["word"], #"A "quoted" \ and"# + "\nbroken line."), [(["say \"no\"\\\nnow"], 1)])
        #expect(
            page.text == #"""
                # HELP odd A "quoted" \\ and\nbroken line.
                # TYPE odd gauge
                odd{service="box",word="say \"no\"\\\nnow"} 1

                """#)
    }

    @Test func `a histogram's buckets are cumulated and end in infinity`() {
        let metric = Metric.histogram("wait_seconds", "seconds", bounds: [0.1, 1], "Wait.")
        var histogram = Histogram(metric)
        for value in [0.05, 0.1, 0.5, 2] { histogram.observe(value) }
        var page = MetricsPage(service: "box")
        page.add(metric, [([], histogram)])
        #expect(
            page.text == """
                # HELP wait_seconds Wait.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{service="box",le="0.1"} 2
                wait_seconds_bucket{service="box",le="1"} 3
                wait_seconds_bucket{service="box",le="+Inf"} 4
                wait_seconds_sum{service="box"} 2.65
                wait_seconds_count{service="box"} 4

                """)
    }

    @Test func `every metric of the catalogue is named as Prometheus wants it`() {
        let names = Metric.common.map { $0.name }
        #expect(Set(names).count == names.count)
        for metric in Metric.common {
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
            #expect(metric.name.allSatisfy { $0.isLowercase || $0 == "_" }, "\(metric.name)")
            #expect((metric.kind == .histogram) == !metric.bounds.isEmpty, "\(metric.name)")
            if metric.unit == "seconds" { #expect(metric.name.contains("_seconds"), "\(metric.name)") }
        }
    }
}
