"""CARP on real segments between two firewalls in network namespaces: a lab, a speaker, and drills.

A drill is an async function that builds a lab of its own, does something, and asserts what must come of it:

    @drill("a name for people", "program-that-it-needs")
    async def example(rule: Rule) -> Facts:
        async with wire_lab() as lab, console(lab) as seen:   # fw1 is master, fw2 backup
            await seen.settled()                              # confirmed healthy, both streams open
            flow = await pings(lab)                           # every 50 ms, client to server
            await lab.fw1.run("/sbin/sysctl", "net.inet.carp.demotion=120")
            await lab.until(lambda: lab.masters() == {1: ["fw2"], 2: ["fw2"]})
            lost, gap = await flow.stop()
            return {"lost": lost, "masterless": lab.masterless(since)}

`lab.pair` is the PairTarget, `seen.feed` the product's own feed of it; each node lets root in by SSH, and answers
ifconfig, sysctl (with writing), pfSsh.php's maintenance playbacks, lockf, logger, readlink and ln. `lab.truth()` has
what the nodes did and which commands they got, `lab.wire()` what tcpdump saw. `drills.load` names the modules.
"""
