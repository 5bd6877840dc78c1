import spinal.core._
import spinal.lib._

case class Beat() extends Bundle {
  val data = Bits(64 bits)
  val keep = Bits(8 bits)
  val last = Bool()
}
case class Endpoint() extends Bundle {
  val ip = UInt(32 bits)
  val port = UInt(16 bits)
}
case class UdpHeader() extends Bundle {
  val from, to = Endpoint()
  val bytes = UInt(16 bits)
}

/** Finds the header of UDP datagrams in IPv4 frames without options or fragments, 8 bytes a beat. */
class UdpParser extends Component {
  val io = new Bundle {
    val frames = slave(Stream(Beat()))
    val header = master(Flow(UdpHeader()))
  }
  val beat = Reg(UInt(3 bits)) init 0
  val start = Reg(Bits(48 * 8 bits))
  val complete = RegNext(io.frames.fire && beat === 5) init False
  io.frames.ready := True
  when(io.frames.fire) {
    start := io.frames.payload.data ## (start >> 64)
    when(io.frames.payload.last) { beat := 0 }.elsewhen(beat =/= 6) { beat := beat + 1 }
  }

  // Byte 0 is the lowest; fields have their first byte on top.
  def field(first: Int, count: Int) = EndiannessSwap(start(first * 8, count * 8 bits)).asUInt
  val ipv4 = field(12, 2) === 0x0800 && field(14, 1) === 0x45
  val whole = (field(20, 2) & 0x3fff) === 0
  io.header.valid := complete && ipv4 && whole && field(23, 1) === 17
  io.header.payload.from.ip := field(26, 4)
  io.header.payload.from.port := field(34, 2)
  io.header.payload.to.ip := field(30, 4)
  io.header.payload.to.port := field(36, 2)
  io.header.payload.bytes := field(38, 2)
}
