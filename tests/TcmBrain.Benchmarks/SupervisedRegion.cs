using System.Globalization;
using TcmBrain.Quality.Supervision;

namespace TcmBrain.Benchmarks;

/// <summary>
/// A simulated region's months of prescriptions, with cases planted in the last one (植入案例). Prescribers differ by themselves (their rates are
/// drawn around the region's), pieces have seasons and institutions their preferences, prices their spread and patients their doctors: what
/// supervision must not take for a pattern.
/// </summary>
internal sealed class SupervisedRegion
{
    private const int Institutions = 24;
    private const int PrescribersEach = 8;
    private const int PrescriptionsEach = 150;
    private const int HistoryMonths = 3;
    private const int PieceKinds = 120;
    private const int PiecesEach = 12;

    private static readonly DateOnly Month = new(2026, 11, 1);
    private readonly Random random;
    private readonly double[] popularity = new double[PieceKinds];
    private readonly double[] season = new double[PieceKinds];
    private readonly HashSet<string> planted = [];

    private SupervisedRegion(int seed) => random = new Random(seed);

    /// <summary>pattern|subject key of what was planted.</summary>
    public IReadOnlySet<string> Planted => planted;

    public required SupervisedMonth Supervised { get; init; }

    /// <summary>How many could be told wrongly, by pattern.</summary>
    public required IReadOnlyDictionary<string, int> Honest { get; init; }

    public static SupervisedRegion Make(int seed)
    {
        var making = new SupervisedRegion(seed)
        {
            Supervised = new(Month, [], new Dictionary<string, PriorUse>()),
            Honest = new Dictionary<string, int>(),
        };
        return making.Fill();
    }

    private sealed record Doctor(string Code, double Long, double Over, double Override, double Busy);

    private sealed record Place(string Code, string Region, double Price, double[] Preference, Doctor[] Doctors);

    private SupervisedRegion Fill()
    {
        for (var i = 0; i < PieceKinds; i++)
        {
            // Few pieces are in half of all prescriptions, most in few (Zipf).
            popularity[i] = 1.0 / (i + 4);
            season[i] = Math.Exp(0.25 * Normal());
        }

        var places = Enumerable.Range(0, Institutions).Select(PlaceOf).ToArray();
        var plan = Plant(places);
        var before = new Dictionary<string, PriorUse>();
        var cases = new List<Case>();
        var patients = 0;
        foreach (var place in places)
        {
            var (count, pieces) = (0, new Dictionary<string, int>());
            for (var month = HistoryMonths; month >= 0; month--)
            {
                foreach (var doctor in place.Doctors)
                {
                    var today = month == 0 ? plan.GetValueOrDefault(place.Code + "|" + doctor.Code, doctor) : doctor;
                    var number = (int)(PrescriptionsEach * today.Busy);
                    for (var i = 0; i < number; i++)
                    {
                        var one = CaseOf(place, today, month == 0, ref patients);
                        if (month == 0)
                        {
                            cases.Add(one);
                            continue;
                        }

                        count++;
                        foreach (var piece in one.Pieces)
                        {
                            pieces[piece] = pieces.GetValueOrDefault(piece) + 1;
                        }
                    }
                }
            }

            before[place.Code] = new PriorUse(count, pieces);
        }

        PlantPatients(places, cases);
        PlantPrices(places, cases);
        PlantSpikes(places, cases);
        var people = cases.Select(c => c.Patient).Distinct().Count();
        return new SupervisedRegion(0)
        {
            Supervised = new SupervisedMonth(Month, cases, before),
            Honest = new Dictionary<string, int>
            {
                [PatternBook.OverLong] = Institutions * PrescribersEach - Of(PatternBook.OverLong),
                [PatternBook.OverDose] = Institutions * PrescribersEach - Of(PatternBook.OverDose),
                [PatternBook.Override] = Institutions * PrescribersEach - Of(PatternBook.Override),
                ["many-institutions"] = people - Of("many-institutions"),
                ["herb-spike"] = Institutions * PieceKinds - Of("herb-spike"),
                ["price-outlier"] = Institutions - Of("price-outlier"),
            },
        }.With(planted);
    }

    private SupervisedRegion With(IEnumerable<string> keys)
    {
        planted.UnionWith(keys);
        return this;
    }

    private int Of(string pattern) => planted.Count(p => p.StartsWith(pattern + "|", StringComparison.Ordinal));

    private Place PlaceOf(int nth)
    {
        var region = string.Create(CultureInfo.InvariantCulture, $"3301{nth % 12 + 1:00}");
        return new Place(
            string.Create(CultureInfo.InvariantCulture, $"I{nth:00}"),
            region,
            0.12 * Normal(),
            [.. Enumerable.Range(0, PieceKinds).Select(_ => Math.Exp(0.5 * Normal()))],
            [
                .. Enumerable
                    .Range(0, PrescribersEach)
                    .Select(i => new Doctor(
                        string.Create(CultureInfo.InvariantCulture, $"D{i}"),
                        Rate(0.04),
                        Rate(0.07),
                        Rate(0.05),
                        0.4 + 1.2 * random.NextDouble()
                    )),
            ]
        );
    }

    /// <summary>Six prescribers of each habit, each three times what the region does and more.</summary>
    private Dictionary<string, Doctor> Plant(Place[] places)
    {
        var plan = new Dictionary<string, Doctor>();
        foreach (var pattern in new[] { PatternBook.OverLong, PatternBook.OverDose, PatternBook.Override })
        {
            for (var i = 0; i < 6; i++)
            {
                string key;
                Doctor doctor;
                do
                {
                    var place = places[random.Next(places.Length)];
                    doctor = place.Doctors[random.Next(PrescribersEach)];
                    key = place.Code + "|" + doctor.Code;
                } while (plan.ContainsKey(key));

                var rate = 0.22 + 0.18 * random.NextDouble();
                plan[key] = pattern switch
                {
                    PatternBook.OverLong => doctor with { Long = rate },
                    PatternBook.OverDose => doctor with { Over = rate },
                    _ => doctor with { Override = rate },
                };
                planted.Add(pattern + "|" + key);
            }
        }

        return plan;
    }

    private Case CaseOf(Place place, Doctor doctor, bool last, ref int patients)
    {
        var day = Month.AddDays(random.Next(30));
        // A fifth come again; now and then somebody is seen elsewhere too.
        var patient =
            random.Next(5) == 0 && patients > 0 ? Patient(random.Next(Math.Max(0, patients - 400), patients)) : Patient(patients++);
        if (random.Next(40) == 0)
        {
            patient = Patient(random.Next(patients));
        }

        var emergency = random.Next(20) == 0;
        var isLong = random.NextDouble() < doctor.Long;
        var explained = random.Next(12) == 0;
        var pieces = Pieces(place, last);
        var value = 4_000 + random.Next(6_000);
        return new Case(
            Id(),
            place.Code,
            place.Region,
            doctor.Code,
            "医师" + doctor.Code,
            patient,
            day,
            emergency ? "emergency" : "outpatient",
            isLong || explained ? 10 + random.Next(10) : 1 + random.Next(emergency ? 3 : 7),
            explained && !isLong,
            true,
            random.NextDouble() < doctor.Over,
            random.NextDouble() < doctor.Override,
            (long)(value * Math.Exp(0.25 + place.Price + 0.2 * Normal())),
            value,
            pieces
        );
    }

    private static string Patient(int number) => number.ToString("D16", CultureInfo.InvariantCulture);

    private string[] Pieces(Place place, bool last)
    {
        var chosen = new HashSet<int>();
        while (chosen.Count < PiecesEach)
        {
            var piece = random.Next(PieceKinds);
            var weight = popularity[piece] * place.Preference[piece] * (last ? season[piece] : 1);
            if (random.NextDouble() < 2 * weight)
            {
                chosen.Add(piece);
            }
        }

        return [.. chosen.Select(Name)];
    }

    private static string Name(int piece) => string.Create(CultureInfo.InvariantCulture, $"药{piece:000}");

    /// <summary>Fifteen patients who go from institution to institution.</summary>
    private void PlantPatients(Place[] places, List<Case> cases)
    {
        for (var i = 0; i < 15; i++)
        {
            var patient = string.Create(CultureInfo.InvariantCulture, $"planted{i:000000000}");
            var start = random.Next(12);
            foreach (var place in places.OrderBy(_ => random.Next()).Take(3 + random.Next(3)))
            {
                var one = cases[random.Next(cases.Count)];
                cases.Add(
                    one with
                    {
                        Id = Id(),
                        Institution = place.Code,
                        Region = place.Region,
                        Patient = patient,
                        Day = Month.AddDays(start + random.Next(4)),
                        Days = 7 + random.Next(8),
                        LongExplained = true,
                    }
                );
            }

            planted.Add("many-institutions|" + patient);
        }

        // And forty who honestly try three doctors, one after another.
        for (var i = 0; i < 40; i++)
        {
            var patient = string.Create(CultureInfo.InvariantCulture, $"honest{i:0000000000}");
            var nth = 0;
            foreach (var place in places.OrderBy(_ => random.Next()).Take(3))
            {
                var (one, day) = (cases[random.Next(cases.Count)], Month.AddDays(nth++ * 8 + random.Next(4)));
                cases.Add(one with { Id = Id(), Institution = place.Code, Region = place.Region, Patient = patient, Day = day, Days = 7 });
            }
        }
    }

    /// <summary>Two institutions that charge one in thirty prescriptions two to four times as much.</summary>
    private void PlantPrices(Place[] places, List<Case> cases)
    {
        foreach (var place in places.OrderBy(_ => random.Next()).Take(2))
        {
            for (var i = 0; i < cases.Count; i++)
            {
                if (cases[i].Institution == place.Code && random.Next(30) == 0)
                {
                    cases[i] = cases[i] with { FeeFen = (long)(cases[i].FeeFen * (2 + 2 * random.NextDouble())) };
                }
            }

            planted.Add("price-outlier|" + place.Code);
        }
    }

    /// <summary>Six institutions where a rare piece is suddenly in one of ten to one of four prescriptions.</summary>
    private void PlantSpikes(Place[] places, List<Case> cases)
    {
        foreach (var place in places.OrderBy(_ => random.Next()).Take(6))
        {
            var piece = Name(60 + random.Next(60));
            var share = 0.1 + 0.15 * random.NextDouble();
            for (var i = 0; i < cases.Count; i++)
            {
                if (cases[i].Institution == place.Code && random.NextDouble() < share && !cases[i].Pieces.Contains(piece))
                {
                    cases[i] = cases[i] with { Pieces = [.. cases[i].Pieces[1..], piece] };
                }
            }

            planted.Add($"herb-spike|{place.Code}|{piece}");
        }
    }

    private Guid Id() => new(random.Next(), (short)random.Next(), (short)random.Next(), BitConverter.GetBytes(random.NextInt64()));

    /// <summary>A rate around a mean: on the scale of odds, with a standard deviation of 0.35.</summary>
    private double Rate(double mean)
    {
        var odds = mean / (1 - mean) * Math.Exp(0.35 * Normal());
        return odds / (1 + odds);
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
