using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Quality.Reviews.Sampling;

namespace TcmBrain.Quality.Tests.Reviews;

/// <summary>国中医药医政发〔2015〕29号: outpatients at least 0.5 % and 100 a month, wards at least 5 % and 30; all if fewer.</summary>
public sealed class DrawTests
{
    private static readonly SamplingRegulation Regulation = SamplingRegulation.Load();
    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    /// <summary>A month of some volume, spread unevenly over departments and prescribers.</summary>
    private static readonly Gen<Candidate[]> Months =
        from volume in Gen.OneOf(Gen.Choose(1, 150), Gen.Choose(1, 3_000), Gen.Choose(19_000, 26_000))
        from departments in Gen.Choose(1, 12)
        from prescribers in Gen.Choose(1, 40)
        from salt in Gen.Choose(0, int.MaxValue)
        select Month(volume, departments, prescribers, salt);

    [Fact]
    public void Whatever_the_volume_and_the_strata_a_month_keeps_the_regulation() =>
        Prop.ForAll(
                Arb.From(
                    from month in Months
                    from setting in Gen.Elements("outpatient", "inpatient")
                    from byDepartment in Gen.Elements(true, false)
                    from byPrescriber in Gen.Elements(true, false)
                    select (month, setting, byDepartment, byPrescriber)
                ),
                c =>
                {
                    var part = Draw.Of(c.month, Rule(c.setting, c.byDepartment, c.byPrescriber), Seed);
                    var (share, minimum) = c.setting == "outpatient" ? (0.005m, 100) : (0.05m, 30);
                    var drawn = part.Strata.SelectMany(s => s.Drawn).ToHashSet();
                    return drawn.Count == part.Drawn
                        && drawn.Count >= share * c.month.Length
                        && drawn.Count >= Math.Min(minimum, c.month.Length)
                        && part.Strata.All(s => s.Drawn.Count >= 1)
                        && part.Strata.Sum(s => s.Population) == c.month.Length
                        && drawn.IsSubsetOf(c.month.Select(m => m.Id));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void The_same_population_and_seed_give_the_same_sample_in_whatever_order_it_is_read() =>
        Prop.ForAll(
                Arb.From(Months),
                month =>
                {
                    var once = Draw.Of(month, Rule("outpatient"), Seed);
                    var again = Draw.Of([.. month.OrderBy(m => m.Id.GetHashCode())], Rule("outpatient"), Seed);
                    return once.Digest.SequenceEqual(again.Digest)
                        && once.Strata.Select(s => string.Join(',', s.Drawn))
                            .SequenceEqual(again.Strata.Select(s => string.Join(',', s.Drawn)));
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    /// <summary>Late prescriptions, in any number of portions: after every draw the whole keeps the regulation and nothing is drawn twice.</summary>
    [Fact]
    public void However_late_they_come_every_draw_brings_the_month_up_to_the_regulation() =>
        Prop.ForAll(
                Arb.From(
                    from month in Months
                    from cuts in Gen.Choose(0, 100).ListOf(3)
                    select (month, cuts: cuts.Order().Select(c => c * month.Length / 100).Append(month.Length))
                ),
                c =>
                {
                    var drawn = new HashSet<Guid>();
                    foreach (var (i, size) in c.cuts.Where(n => n > 0).Index())
                    {
                        var sofar = c.month.Take(size).Select(m => m with { Drawn = drawn.Contains(m.Id) }).ToArray();
                        var part = Draw.Of(sofar, Rule("outpatient"), Convert.FromHexString(new string((char)('1' + i), 64)));
                        if (part.Strata.SelectMany(s => s.Drawn).Any(id => !drawn.Add(id)) || part.DrawnBefore + part.Drawn != drawn.Count)
                        {
                            return false;
                        }

                        if (drawn.Count < Regulation.Required("outpatient", size))
                        {
                            return false;
                        }
                    }

                    return true;
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40));

    [Fact]
    public void Drawing_again_from_the_same_takes_nothing()
    {
        var month = Month(5_000, 4, 10, 7);
        var first = Draw.Of(month, Rule("inpatient"), Seed).Strata.SelectMany(s => s.Drawn).ToHashSet();
        var again = Draw.Of([.. month.Select(m => m with { Drawn = first.Contains(m.Id) })], Rule("inpatient"), new byte[32]);
        again.Drawn.ShouldBe(0);
        again.DrawnBefore.ShouldBe(first.Count);
    }

    [Fact]
    public void Every_prescription_of_a_stratum_has_the_same_chance()
    {
        var month = Month(400, 1, 1, 3);
        var times = month.ToDictionary(m => m.Id, _ => 0);
        for (var i = 0; i < 2_000; i++)
        {
            var seed = new byte[32];
            BitConverter.TryWriteBytes(seed, i).ShouldBeTrue();
            foreach (var id in Draw.Of(month, new DrawRule(1_000, 1, true, true), seed).Strata.SelectMany(s => s.Drawn))
            {
                times[id]++;
            }
        }

        // Each 2000 draws of 40 in 400: binomial 200 ± 13.4; over 400 of them five standard deviations.
        times.Values.ShouldAllBe(n => n > 200 - 68 && n < 200 + 68);
    }

    /// <summary>printf '%s' SEED ID | xxd -r -p | sha256sum, the first 32 digits; and the digest of two ids in their order.</summary>
    [Fact]
    public void Anybody_can_make_the_key_and_the_digest_with_sha256sum()
    {
        var id = new Guid("0192f0c1-2345-7abc-8def-0123456789ab");
        DrawKey.Of(Seed, id).ShouldBe(UInt128.Parse(ExpectedKey, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        var other = new Guid("f192f0c1-2345-7abc-8def-0123456789ab");
        Convert.ToHexStringLower(PopulationDigest.Of([other, id])).ShouldBe(ExpectedDigest);
    }

    [Fact]
    public void Each_regulated_number_says_where_it_is_written()
    {
        Regulation.Numbers.ShouldAllBe(n =>
            n.Source.Length > 0 && n.ArticleZh.Length > 0 && n.Edition.Length == 4 && n.Evidence.Length > 0
        );
        (Regulation.SharePermyriad("outpatient"), Regulation.Minimum("outpatient")).ShouldBe((50, 100));
        (Regulation.SharePermyriad("inpatient"), Regulation.Minimum("inpatient")).ShouldBe((500, 30));
    }

    internal static DrawRule Rule(string setting, bool byDepartment = true, bool byPrescriber = true) =>
        new(Regulation.SharePermyriad(setting), Regulation.Minimum(setting), byDepartment, byPrescriber);

    private static Candidate[] Month(int volume, int departments, int prescribers, int salt)
    {
        var random = new Random(salt);
        var bytes = new byte[16];
        return
        [
            .. Enumerable
                .Range(0, volume)
                .Select(_ =>
                {
                    random.NextBytes(bytes);
                    // The square makes a few busy and many idle.
                    var prescriber = (int)(random.NextDouble() * random.NextDouble() * prescribers);
                    return new Candidate(new Guid(bytes), $"科{prescriber % departments}", $"D{prescriber}", "", false);
                }),
        ];
    }

    private const string ExpectedKey = "a26b7c61be20b0339066492efe921d76";
    private const string ExpectedDigest = "c5f9eb2681fae27ed154e1e1152c56157fbb65e5362a184b0098c1e0e142dffb";
}
