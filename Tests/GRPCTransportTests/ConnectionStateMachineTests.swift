import GRPCTransport
import NIOHTTP2
import Testing

@Suite struct ConnectionStateMachineTests {
  private func openMachine() -> ConnectionStateMachine {
    var machine = ConnectionStateMachine()
    machine.receivedSettings()
    return machine
  }

  @Test func `the first settings end the handshake`() {
    var machine = ConnectionStateMachine()
    #expect(machine.isHandshaking)
    machine.receivedSettings()
    #expect(!machine.isHandshaking)
    #expect(machine.admitsStreams)
  }

  @Test func `a connection that drains before its handshake closes at once`() {
    var machine = ConnectionStateMachine()
    #expect(machine.beginDrain() == .close)
    #expect(machine.beginDrain() == .none)
    #expect(!machine.admitsStreams)
  }

  @Test func `an idle connection closes when its client has seen the announcement`() {
    var machine = openMachine()
    #expect(machine.beginDrain() == .sendGoAwayAndPing)
    #expect(machine.admitsStreams)
    #expect(machine.announced() == .close)
    #expect(!machine.admitsStreams)
    #expect(machine.announced() == .none)
  }

  @Test func `running streams end first, and those that came meanwhile are served`() {
    var machine = openMachine()
    machine.streamBegan(1)
    #expect(machine.beginDrain() == .sendGoAwayAndPing)
    machine.streamBegan(5)
    #expect(machine.admitsStreams)
    #expect(machine.announced() == .sendGoAway(last: 5))
    #expect(!machine.admitsStreams)
    #expect(machine.beginDrain() == .none)
    #expect(machine.streamEnded() == false)
    #expect(machine.streamEnded() == true)
  }

  @Test func `the end of the last stream closes nothing before the announcement was seen`() {
    var machine = openMachine()
    machine.streamBegan(1)
    _ = machine.beginDrain()
    #expect(machine.streamEnded() == false)
    #expect(machine.announced() == .close)
  }

  @Test func `without a drain streams come and go`() {
    var machine = openMachine()
    for number in 1...3 {
      machine.streamBegan(HTTP2StreamID(2 * number - 1))
      #expect(machine.streamEnded() == false)
    }
    #expect(machine.streamCount == 0)
    #expect(machine.lastStreamID == 5)
    #expect(machine.announced() == .none)
  }
}
