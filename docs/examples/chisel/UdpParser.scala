import chisel3._
import chisel3.util._

class Beat extends Bundle {
  val data = UInt(64.W)
  val keep = UInt(8.W)
  val last = Bool()
}
class Endpoint extends Bundle {
  val ip = UInt(32.W)
  val port = UInt(16.W)
}
class UdpHeader extends Bundle {
  val from, to = new Endpoint
  val bytes = UInt(16.W)
}

/** Finds the header of UDP datagrams in IPv4 frames without options or fragments, 8 bytes a beat. */
class UdpParser extends Module {
  val io = IO(new Bundle {
    val frames = Flipped(Decoupled(new Beat))
    val header = Valid(new UdpHeader)
  })
  val beat = RegInit(0.U(3.W))
  val start = Reg(UInt((48 * 8).W))
  val complete = RegNext(io.frames.fire && beat === 5.U, false.B)
  io.frames.ready := true.B
  when(io.frames.fire) {
    start := Cat(io.frames.bits.data, start(48 * 8 - 1, 64))
    when(io.frames.bits.last) { beat := 0.U }.elsewhen(beat =/= 6.U) { beat := beat + 1.U }
  }

  // Byte 0 is the lowest; fields have their first byte on top.
  def field(first: Int, count: Int) = Cat((first until first + count).map(i => start(i * 8 + 7, i * 8)))
  val ipv4 = field(12, 2) === 0x0800.U && field(14, 1) === 0x45.U
  val whole = (field(20, 2) & 0x3fff.U) === 0.U
  io.header.valid := complete && ipv4 && whole && field(23, 1) === 17.U
  io.header.bits.from.ip := field(26, 4)
  io.header.bits.from.port := field(34, 2)
  io.header.bits.to.ip := field(30, 4)
  io.header.bits.to.port := field(36, 2)
  io.header.bits.bytes := field(38, 2)
}
