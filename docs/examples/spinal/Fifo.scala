import spinal.core._
import spinal.lib._

/** FIFO of `depth` entries, a power of two. */
class Fifo[T <: Data](of: HardType[T], depth: Int) extends Component {
  require(isPow2(depth))
  val io = new Bundle {
    val push = slave(Stream(of))
    val pop = master(Stream(of))
  }
  val head, tail = Reg(UInt(log2Up(depth) bits)) init 0
  val full = RegInit(False)
  val cells = Mem(of, depth)
  io.push.ready := !full
  io.pop.valid := full || head =/= tail
  io.pop.payload := cells.readAsync(head)

  when(io.push.fire) {
    cells.write(tail, io.push.payload)
    tail := tail + 1
  }
  when(io.pop.fire) { head := head + 1 }
  when(io.push.fire =/= io.pop.fire) { full := io.push.fire && tail + 1 === head }
}
