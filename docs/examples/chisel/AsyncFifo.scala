import chisel3._
import chisel3.util._

/** FIFO of `depth` entries, a power of two, between two clocks. */
class AsyncFifo[T <: Data](of: T, depth: Int) extends RawModule {
  val writeClock, readClock = IO(Input(Clock()))
  val writeReset, readReset = IO(Input(Bool()))
  val push = IO(Flipped(Decoupled(of)))
  val pop = IO(Decoupled(of))
  private val width = log2Ceil(depth) + 1
  private def gray(value: UInt) = value ^ (value >> 1)
  val headGray, tailGray = Wire(UInt(width.W))
  val cells = withClock(writeClock) { Reg(Vec(depth, of)) }

  withClockAndReset(writeClock, writeReset) {
    val tail, tailGrayReg = RegInit(0.U(width.W))
    val headSeen = RegNext(RegNext(headGray, 0.U), 0.U)
    tailGray := tailGrayReg
    push.ready := (tailGray ^ headSeen) =/= (3 << (width - 2)).U
    when(push.fire) {
      cells(tail(width - 2, 0)) := push.bits
      tail := tail + 1.U
      tailGrayReg := gray(tail + 1.U)
    }
  }
  withClockAndReset(readClock, readReset) {
    val head, headGrayReg = RegInit(0.U(width.W))
    val tailSeen = RegNext(RegNext(tailGray, 0.U), 0.U)
    headGray := headGrayReg
    pop.valid := headGray =/= tailSeen
    pop.bits := cells(head(width - 2, 0))
    when(pop.fire) {
      head := head + 1.U
      headGrayReg := gray(head + 1.U)
    }
  }
}
