import chisel3._
import chisel3.util._

/** FIFO of `depth` entries, a power of two. */
class Fifo[T <: Data](of: T, depth: Int) extends Module {
  require(isPow2(depth))
  val io = IO(new Bundle {
    val push = Flipped(Decoupled(of))
    val pop = Decoupled(of)
  })
  val head, tail = RegInit(0.U(log2Ceil(depth).W))
  val full = RegInit(false.B)
  val cells = Mem(depth, of)
  io.push.ready := !full
  io.pop.valid := full || head =/= tail
  io.pop.bits := cells(head)

  when(io.push.fire) {
    cells(tail) := io.push.bits
    tail := tail + 1.U
  }
  when(io.pop.fire) { head := head + 1.U }
  when(io.push.fire =/= io.pop.fire) { full := io.push.fire && tail + 1.U === head }
}
