import Primitives
import Testing

@testable import ServiceHost

@Suite struct TimerScheduleTests {
    private let monday = BusinessDate(day: 20_000)
    private let tuesday = BusinessDate(day: 20_001)
    private let now = ContinuousClock.now

    @Test func `timers fire at start and once a business date`() {
        var schedule = TimerSchedule()
        #expect(schedule.isDue(on: monday, at: now))
        schedule.fired(on: monday, more: false)
        #expect(!schedule.isDue(on: monday, at: now))
        #expect(schedule.isDue(on: tuesday, at: now))
    }

    @Test func `while no clock is believed, only what waits for no date fires, and the rest when one is`() {
        var schedule = TimerSchedule()
        #expect(schedule.isDue(on: nil, at: now), "what the process before has put off")
        schedule.fired(on: nil, more: false)
        #expect(!schedule.isDue(on: nil, at: now))
        schedule.request()
        #expect(schedule.isDue(on: nil, at: now))
        schedule.fired(on: nil, more: false)
        #expect(schedule.isDue(on: monday, at: now), "nothing was done on any date")
        schedule.fired(on: monday, more: false)
        // A timer failed, and then the clock: on the same date as before, it is due once more.
        schedule.failed(at: now)
        schedule.fired(on: nil, more: false)
        #expect(schedule.isDue(on: monday, at: now))
    }

    @Test func `timers fire again at once while more is due, and when a handler asks`() {
        var schedule = TimerSchedule()
        schedule.fired(on: monday, more: true)
        #expect(schedule.isDue(on: monday, at: now))
        schedule.fired(on: monday, more: false)
        schedule.request()
        #expect(schedule.isDue(on: monday, at: now))
    }

    @Test func `a failed timer is tried again the same day, later each time, and never in a busy loop`() {
        var schedule = TimerSchedule()
        schedule.failed(at: now)
        #expect(!schedule.isDue(on: monday, at: now))
        #expect(schedule.isDue(on: monday, at: now + .seconds(1)))
        schedule.failed(at: now)
        #expect(!schedule.isDue(on: monday, at: now + .seconds(1)))
        #expect(schedule.isDue(on: monday, at: now + .seconds(2)))
        for _ in 0..<20 { schedule.failed(at: now) }
        #expect(schedule.isDue(on: monday, at: now + .seconds(300)))
        schedule.fired(on: monday, more: false)
        #expect(!schedule.isDue(on: monday, at: now + .seconds(300)))
    }
}
