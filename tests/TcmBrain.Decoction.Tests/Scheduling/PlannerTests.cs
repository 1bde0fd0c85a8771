using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Decoction.Scheduling;

namespace TcmBrain.Decoction.Tests.Scheduling;

public sealed class PlannerTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<PlanJob> AnyJob = Gen.Choose(0, 480)
        .SelectMany(ready =>
            Gen.Choose(30, 240)
                .SelectMany(length =>
                    Gen.Choose(0, 600)
                        .SelectMany(slack =>
                            Gen.Choose(1, 30).Select(litres => Job(ready, ready + length + slack - 60, length, litres * 1_000))
                        )
                )
        );

    private static readonly Gen<PlanVessel[]> AnyVessels = Gen.Choose(1, 12)
        .SelectMany(count =>
            Gen.ArrayOf(Gen.Choose(0, 300), count)
                .Select(free =>
                    free.Select((f, i) => new PlanVessel($"V{i:D2}", i % 3 == 2 ? 20_000 : 8_000, Start.AddMinutes(f))).ToArray()
                )
        );

    [Fact]
    public void Every_plan_can_be_carried_out() =>
        Check(
            (jobs, vessels) =>
            {
                var plan = Planner.Make(jobs, vessels, moves: 200);
                var byId = jobs.ToDictionary(j => j.Id);
                var placed = plan.Runs.Select(r => r.Id).Concat(plan.Unplaceable).Order().SequenceEqual(jobs.Select(j => j.Id).Order());
                var fits = plan.Runs.All(r =>
                    vessels.Single(v => v.Name == r.Vessel) is var v
                    && v.CapacityMillilitres >= byId[r.Id].Millilitres
                    && r.Start >= v.FreeFrom
                    && r.Start >= byId[r.Id].Ready
                    && r.End - r.Start == byId[r.Id].Length
                );
                var alone = plan
                    .Runs.GroupBy(r => r.Vessel)
                    .All(g =>
                        g.OrderBy(r => r.Start)
                            .Zip(g.OrderBy(r => r.Start).Skip(1))
                            .All(p => p.Second.Start >= p.First.End + Planner.Turnaround)
                    );
                var large = plan.Unplaceable.All(id => byId[id].Millilitres > vessels.Max(v => v.CapacityMillilitres));
                return placed && fits && alone && large;
            }
        );

    [Fact]
    public void No_plan_is_better_than_the_lower_bound() =>
        Check(
            (jobs, vessels) =>
            {
                var placeable = jobs.Where(j => j.Millilitres <= vessels.Max(v => v.CapacityMillilitres)).ToList();
                if (placeable.Count == 0)
                {
                    return true;
                }

                var plan = Planner.Make(placeable, vessels, moves: 200);
                return plan.TotalLateness >= LowerBound.Lateness(placeable, vessels) && plan.Ends >= LowerBound.Ends(placeable, vessels);
            }
        );

    [Fact]
    public void The_same_room_gives_the_same_plan() =>
        Check((jobs, vessels) => Planner.Make(jobs, vessels, 100).Runs.SequenceEqual(Planner.Make(jobs, vessels, 100).Runs));

    [Fact]
    public void An_urgent_one_goes_into_the_first_vessel_that_comes_free_in_a_full_room()
    {
        PlanVessel[] vessels = [.. Enumerable.Range(0, 4).Select(i => new PlanVessel($"V{i}", 20_000, Start.AddMinutes(20 + (i * 10))))];
        var waiting = Enumerable.Range(0, 12).Select(i => Job(0, 300, 100, 4_000)).ToList();
        var rush = Job(5, 125, 95, 4_000) with { Urgent = true };
        var run = Planner.Make([.. waiting, rush], vessels).Runs.Single(r => r.Id == rush.Id);
        (run.Vessel, run.Start, run.Late).ShouldBe(("V0", Start.AddMinutes(20), TimeSpan.Zero));
    }

    [Fact]
    public void A_vessel_that_breaks_is_planned_around()
    {
        PlanVessel[] vessels = [new("V0", 20_000, Start), new("V1", 20_000, Start)];
        var jobs = Enumerable.Range(0, 6).Select(_ => Job(0, 400, 60, 4_000)).ToList();
        Planner.Make(jobs, vessels).Runs.Select(r => r.Vessel).Distinct().Count().ShouldBe(2);
        var after = Planner.Make(jobs, vessels[..1]);
        after.Runs.ShouldAllBe(r => r.Vessel == "V0");
        after.Runs.Count.ShouldBe(6);
    }

    [Fact]
    public void Large_vessels_are_left_to_what_needs_them()
    {
        PlanVessel[] vessels = [new("S", 5_000, Start), new("L", 20_000, Start)];
        var small = Job(0, 60, 60, 3_000);
        var large = Job(0, 60, 60, 15_000);
        Planner.Make([small, large], vessels).TotalLateness.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Nothing_waits_and_nothing_is_planned() => Planner.Make([], [new("V0", 1_000, Start)]).Runs.ShouldBeEmpty();

    private static PlanJob Job(int ready, int due, int length, int millilitres) =>
        new(
            Guid.CreateVersion7(),
            Start.AddMinutes(ready),
            Start.AddMinutes(due),
            TimeSpan.FromMinutes(length),
            millilitres,
            Urgent: false
        );

    private static void Check(Func<PlanJob[], PlanVessel[], bool> holds) =>
        Prop.ForAll(
                Arb.From(Gen.Choose(0, 40).SelectMany(n => Gen.ArrayOf(AnyJob, n)).SelectMany(j => AnyVessels.Select(v => (j, v)))),
                room => holds(room.j, room.v)
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(100));
}
