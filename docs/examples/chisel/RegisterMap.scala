import chisel3._
import freechips.rocketchip.amba.axi4.AXI4RegisterNode
import freechips.rocketchip.config.Parameters
import freechips.rocketchip.diplomacy._
import freechips.rocketchip.regmapper._

/** Control, status and a counter of a small device, with Rocket Chip's register mapper. */
class RegisterMap(implicit p: Parameters) extends LazyModule {
  val node = AXI4RegisterNode(address = AddressSet(0, 0xfff), beatBytes = 4)
  lazy val module = new LazyModuleImp(this) {
    val io = IO(new Bundle {
      val enable = Output(Bool())
      val port = Output(UInt(16.W))
      val received = Input(Bool())
      val drop = Input(Bool())
    })
    val enable, received = RegInit(false.B)
    val port = RegInit(0.U(16.W))
    val drops = RegInit(0.U(32.W))
    io.enable := enable
    io.port := port
    when(io.drop) { drops := drops + 1.U }
    node.regmap(
      0x0 -> RegFieldGroup("CONTROL", Some("Datapath control"), Seq(
        RegField(1, enable, RegFieldDesc("enable", "Accept and send packets")),
        RegField(15),
        RegField(16, port, RegFieldDesc("port", "Local UDP port")))),
      0x4 -> RegFieldGroup("STATUS", Some("Causes of the interrupt"), Seq(
        RegField.w1ToClear(1, received, io.received, Some(RegFieldDesc("received", "A packet is in memory"))))),
      0x8 -> RegFieldGroup("DROPS", Some("Dropped packets"), Seq(
        RegField.r(32, drops, RegFieldDesc("count", "Wraps")))))
  }
}
