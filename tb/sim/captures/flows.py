"""Writes a capture per protocol into a folder: what a server's network card receives from clients that speak it.

usage: flows.py FOLDER
"""

import random
import sys
from pathlib import Path

from scapy.all import (
    ARP,
    BOOTP,
    DHCP,
    DNS,
    DNSQR,
    ICMP,
    IP,
    TCP,
    UDP,
    Dot1AD,
    Dot1Q,
    Dot3,
    Ether,
    IPOption_Router_Alert,
    IPOption_Timestamp,
    IPv6,
    LLC,
    Padding,
    Raw,
    STP,
    fragment,
    wrpcap,
)
from scapy.contrib.igmp import IGMP
from scapy.layers.inet6 import ICMPv6EchoRequest
from scapy.layers.rtp import RTP
from scapy.layers.vxlan import VXLAN

SERVER, SERVER_MAC = "10.0.0.1", "02:00:00:00:00:01"
randoms = random.Random(1)


def client(i):
    """Addresses of the i-th client."""
    return f"10.0.{1 + i // 200}.{2 + i % 200}", f"02:00:00:00:01:{i % 256:02x}"


def to_server(i, *, tags=(), **ip):
    """Ethernet and IPv4 headers from client i."""
    address, mac = client(i)
    frame = Ether(src=mac, dst=SERVER_MAC)
    for tag in tags:
        frame /= tag
    return frame / IP(src=address, dst=SERVER, id=randoms.randrange(65536), **ip)


def some(length):
    return Raw(randoms.randbytes(length))


def dns():
    names = ["example.org", "a.very.long.name.with.many.labels.example.net", "x.io", "_dns.resolver.arpa"]
    for i in range(24):
        question = DNSQR(qname=names[i % 4], qtype=["A", "AAAA", "MX", "TXT"][i // 4 % 4])
        yield to_server(i) / UDP(sport=40000 + i, dport=53) / DNS(id=i, rd=1, qd=question)
        if i % 6 == 0:
            yield to_server(i) / TCP(sport=50000 + i, dport=53, flags="S", seq=i)


def quic():
    for i in range(12):
        # A long header: Initial, version 1, connection IDs of 8 bytes, padded to at least 1200 bytes (RFC 9000, 14.1).
        head = bytes([0xC3]) + (1).to_bytes(4, "big") + bytes([8]) + randoms.randbytes(8) + bytes([8]) + randoms.randbytes(8)
        yield to_server(i) / UDP(sport=50000 + i, dport=443) / Raw(head + randoms.randbytes(1200 + i * 24 - len(head)))
        for _ in range(3):
            yield to_server(i) / UDP(sport=50000 + i, dport=443) / Raw(bytes([0x40 | randoms.randrange(64)]) + randoms.randbytes(40))
        yield to_server(i) / TCP(sport=50000 + i, dport=443, flags="PA", seq=1, ack=1) / some(200)


def vxlan():
    for i in range(16):
        inner = Ether() / IP(src="192.168.0.1", dst=SERVER) / UDP(sport=1, dport=[53, 5004][i % 2]) / some(i * 40)
        # Tunnels hash the inner flow into the source port, and leave the outer checksum zero (RFC 7348, 5).
        yield to_server(i) / UDP(sport=49152 + i, dport=4789, chksum=0) / VXLAN(vni=i, flags="Instance") / inner


def rtp():
    for i in range(40):
        yield to_server(0, tos=0xB8) / UDP(sport=6000, dport=5004) / RTP(payload_type=0, sequence=i, timestamp=160 * i, sourcesync=7) / some(160)
        if i % 10 == 9:
            yield to_server(0) / UDP(sport=6001, dport=5005) / some(28)


def fragments():
    for i in range(8):
        whole = to_server(i) / UDP(sport=7000 + i, dport=9000) / some(1400 + 500 * i)
        for part in fragment(whole, fragsize=1480):
            yield part
        yield to_server(i, flags="DF") / UDP(sport=7000 + i, dport=9000) / some(i)


def vlan():
    for i in range(8):
        yield to_server(i, tags=[Dot1Q(vlan=i, prio=i)]) / UDP(sport=8000 + i, dport=9000) / some(64 * i)
        yield to_server(i, tags=[Dot1AD(vlan=2), Dot1Q(vlan=i)]) / UDP(sport=8000 + i, dport=9000) / some(64)
        yield to_server(i, tags=[Dot1Q(vlan=i)]) / ICMP() / some(16)


def options():
    for i in range(8):
        option = [IPOption_Router_Alert(), IPOption_Timestamp(flg=0, timestamp=i)][i % 2]
        yield to_server(i, options=[option]) / UDP(sport=8100 + i, dport=9000) / some(33 * i)
        yield to_server(i, ttl=1) / UDP(sport=8100 + i, dport=9000) / some(i)


def groups():
    address, mac = client(3)
    for i in range(6):
        yield Ether(src=mac, dst="01:00:5e:00:00:fb") / IP(src=address, dst="224.0.0.251", ttl=255) / UDP(sport=5353, dport=5353) / DNS(
            rd=0, qd=DNSQR(qname=f"printer{i}.local", qtype="PTR")
        )
        yield Ether(src=mac, dst="01:00:5e:00:00:16") / IP(src=address, dst="224.0.0.22", ttl=1, options=[IPOption_Router_Alert()]) / IGMP(type=0x16)
        yield Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / IP(src="0.0.0.0", dst="255.255.255.255") / UDP(sport=68, dport=67) / BOOTP(
            chaddr=bytes(16)
        ) / DHCP(options=[("message-type", "discover"), "end"])


def others():
    for i in range(6):
        address, mac = client(i)
        yield Ether(src=mac, dst="ff:ff:ff:ff:ff:ff") / ARP(op=1, hwsrc=mac, psrc=address, pdst=SERVER) / Padding(bytes(18))
        yield to_server(i) / ICMP(id=1, seq=i) / some(56)
        for flags, length in [("S", 0), ("A", 0), ("PA", 700), ("FA", 0)]:
            yield to_server(i) / TCP(sport=40000 + i, dport=53, flags=flags, seq=1, ack=1) / some(length)
        six = Ether(src=mac, dst=SERVER_MAC) / IPv6(src=f"fd00::{i + 2}", dst="fd00::1")
        yield six / ICMPv6EchoRequest(id=1, seq=i) / some(16)
        yield six / UDP(sport=40000 + i, dport=53) / DNS(qd=DNSQR(qname="example.org"))
        yield Ether(src=mac, dst="01:80:c2:00:00:0e", type=0x88CC) / some(46)
        yield Dot3(src=mac, dst="01:80:c2:00:00:00") / LLC() / STP()
        yield to_server(i) / UDP(sport=40000 + i, dport=33434 + i) / some(32)


def main():
    folder = Path(sys.argv[1])
    for flow in [dns, quic, vxlan, rtp, fragments, vlan, options, groups, others]:
        packets = []
        for i, packet in enumerate(flow()):
            # A short frame is padded, as the sender's network card does.
            raw = bytes(packet)
            packet = Ether(raw + bytes(max(0, 60 - len(raw))))
            packet.time = 1_700_000_000 + i * 20e-6
            packets.append(packet)
        wrpcap(str(folder / f"{flow.__name__}.pcap"), packets, linktype=1, nano=True)


main()
