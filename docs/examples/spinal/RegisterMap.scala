import spinal.core._
import spinal.lib._
import spinal.lib.bus.amba4.axilite.{AxiLite4, AxiLite4Config}
import spinal.lib.bus.regif._

/** Control, status and a counter of a small device, with RegIf. */
class RegisterMap extends Component {
  val io = new Bundle {
    val bus = slave(AxiLite4(AxiLite4Config(addressWidth = 4, dataWidth = 32)))
    val enable = out Bool ()
    val port = out UInt (16 bits)
    val received, drop = in Bool ()
  }
  val regs = AxiLite4BusInterface(io.bus, (0x0, 16 Byte))
  val CONTROL = regs.newReg(doc = "Datapath control")
  val enable = CONTROL.field(Bool(), AccessType.RW, 0, "Accept and send packets")
  val port = CONTROL.fieldAt(16, UInt(16 bits), AccessType.RW, 0, "Local UDP port")
  val STATUS = regs.newReg(doc = "Causes of the interrupt")
  val received = STATUS.field(Bool(), AccessType.W1C, 0, "A packet is in memory")
  val DROPS = regs.newReg(doc = "Dropped packets")
  val count = DROPS.field(UInt(32 bits), AccessType.RO, 0, "Wraps")

  io.enable := enable
  io.port := port
  when(io.received) { received := True }
  val drops = Reg(UInt(32 bits)) init 0
  when(io.drop) { drops := drops + 1 }
  count := drops
}
