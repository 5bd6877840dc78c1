import spinal.core._
import spinal.lib._

/** FIFO of `depth` entries, a power of two, between two clocks. */
class AsyncFifo[T <: Data](of: HardType[T], depth: Int, writing: ClockDomain, reading: ClockDomain) extends Component {
  val io = new Bundle {
    val push = slave(Stream(of))
    val pop = master(Stream(of))
  }
  val width = log2Up(depth) + 1
  val headGray, tailGray = Bits(width bits)
  val cells = Mem(of, depth)

  val write = new ClockingArea(writing) {
    val tail = Reg(UInt(width bits)) init 0
    val tailGrayReg = RegNextWhen(toGray(tail + 1), io.push.fire) init 0
    val headSeen = BufferCC(headGray, B(0, width bits))
    tailGray := tailGrayReg
    io.push.ready := (tailGray ^ headSeen) =/= B(3 << (width - 2), width bits)
    cells.write(tail.resized, io.push.payload, io.push.fire)
    when(io.push.fire) { tail := tail + 1 }
  }
  val read = new ClockingArea(reading) {
    val head = Reg(UInt(width bits)) init 0
    val headGrayReg = RegNextWhen(toGray(head + 1), io.pop.fire) init 0
    val tailSeen = BufferCC(tailGray, B(0, width bits))
    headGray := headGrayReg
    io.pop.valid := headGray =/= tailSeen
    io.pop.payload := cells.readSync(Mux(io.pop.fire, head + 1, head).resized, clockCrossing = true)
    when(io.pop.fire) { head := head + 1 }
  }
}
