using System.Net;
using FsCheck;
using FsCheck.Fluent;
using TcmBrain.Contracts.Events;
using TcmBrain.Pharmacy.Ledger;

namespace TcmBrain.Pharmacy.Tests;

/// <summary>Whatever people and events do, in whatever order and at once: every lot's accounts balance, and nothing is below zero.</summary>
public sealed class InterleavingTests(House house)
{
    /// <summary>One thing that somebody does, to the lot and prescription that the numbers fall on.</summary>
    public sealed record Deed(string Kind, int Which, int Other, int Grams);

    private static readonly string[] Kinds =
    [
        "approve",
        "approve",
        "cancel",
        "release",
        "reject",
        "recall",
        "dispense",
        "dispense",
        "loss",
        "return",
        "stocktake",
        "transfer",
        "arrive",
    ];

    private static readonly Gen<Deed> Deeds =
        from kind in Gen.Elements(Kinds)
        from which in Gen.Choose(0, 5)
        from other in Gen.Choose(0, 5)
        from grams in Gen.Choose(1, 120)
        select new Deed(kind, which, other, grams);

    [Fact]
    public void Any_interleaving_of_deeds_keeps_every_lot_balanced()
    {
        var days = Gen.Choose(40, 70).SelectMany(n => Gen.ArrayOf(Deeds, n)).ToArbitrary();

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(4),
            Prop.ForAll(days, deeds => Task.Run(() => HoldsAsync(deeds)).GetAwaiter().GetResult())
        );
    }

    private async Task<bool> HoldsAsync(Deed[] deeds)
    {
        var scene = await Scene.OpenAsync(house);
        // Three lanes at once, and each deed may fall together with any of the others'.
        await Task.WhenAll(
            Enumerable
                .Range(0, 3)
                .Select(async lane =>
                {
                    foreach (var deed in deeds.Where((_, i) => i % 3 == lane))
                    {
                        await scene.DoAsync(deed);
                    }
                })
        );
        scene.Failures.ShouldBeEmpty();
        (await LedgerAudit.RunAsync(house.Database)).Where(c => !c.Ok).ShouldBeEmpty();
        return true;
    }

    /// <summary>Two centres, two pieces, four lots, and the prescriptions that have come.</summary>
    private sealed class Scene
    {
        private readonly House _house;
        private readonly string[] _centres;
        private readonly string[] _pieces;
        private readonly List<Guid> _lots = [];
        private readonly List<PrescriptionApproved> _prescriptions = [];
        private readonly List<(Guid Id, Guid Lot, long Milligrams)> _transfers = [];
        private readonly Lock _gate = new();

        private Scene(House house, string[] centres, string[] pieces) => (_house, _centres, _pieces) = (house, centres, pieces);

        /// <summary>Answers that are no refusal and no success.</summary>
        public List<string> Failures { get; } = [];

        public static async Task<Scene> OpenAsync(House house)
        {
            var scene = new Scene(
                house,
                [await house.CentreAsync(), await house.CentreAsync("330106", 120.13, 30.26)],
                [house.Piece(), house.Piece()]
            );
            for (var i = 0; i < 4; i++)
            {
                var lot = await house.GoodsInAsync(scene._centres[i / 2], scene._pieces[i % 2], 400, 100 + i);
                scene._lots.Add(lot);
                if (i > 0)
                {
                    await house.SayAsync(house.Released(lot));
                }
            }

            return scene;
        }

        public async Task DoAsync(Deed deed)
        {
            var lot = Lot(deed.Which);
            switch (deed.Kind)
            {
                case "approve":
                    var e = _house.Approved((_pieces[deed.Which % 2], 1 + deed.Grams / 12), (_pieces[deed.Other % 2], 2));
                    Keep(_prescriptions, e);
                    await _house.Prescriptions.TellAsync(e);
                    break;
                case "cancel" when Pick(_prescriptions, deed.Which) is { } cancelled:
                    await _house.Prescriptions.TellAsync(_house.Cancelled(cancelled));
                    break;
                case "release":
                    await _house.Quality.TellAsync(_house.Released(lot, 1 + deed.Other));
                    break;
                case "reject" when deed.Other == 0:
                    await _house.Quality.TellAsync(_house.Rejected(lot, 2));
                    break;
                case "recall":
                    await _house.Quality.TellAsync(_house.Recalled(lot, 1 + deed.Other));
                    break;
                case "dispense" when Pick(_prescriptions, deed.Which) is { } taken:
                    await DispenseAsync(taken.AggregateId, deed);
                    break;
                case "loss" or "return":
                    await AskAsync(
                        deed.Which,
                        $"write-offs/{Guid.CreateVersion7()}",
                        new
                        {
                            kind = deed.Kind,
                            lotId = lot,
                            milligrams = deed.Grams * 2_997L,
                            cause = "other",
                            reason = "试验",
                        },
                        HttpMethod.Put
                    );
                    break;
                case "stocktake":
                    await CountAsync(lot, deed);
                    break;
                case "transfer":
                    var transfer = (Id: Guid.CreateVersion7(), Lot: lot, Milligrams: deed.Grams * 2_003L);
                    var sent = await AskAsync(
                        deed.Which,
                        $"transfers/{transfer.Id}",
                        new
                        {
                            toCentre = _centres[1 - Home(deed.Which)],
                            reason = "试验",
                            lines = new[] { new { lotId = lot, milligrams = transfer.Milligrams } },
                        },
                        HttpMethod.Put
                    );
                    if (sent.Status == HttpStatusCode.Created)
                    {
                        Keep(_transfers, transfer);
                    }

                    break;
                case "arrive" when Pick(_transfers, deed.Other) is { Lot: var moved } arriving && moved != Guid.Empty:
                    var lines = new[]
                    {
                        new
                        {
                            lotId = moved,
                            milligrams = Math.Max(0, arriving.Milligrams - deed.Which),
                            reason = "洒落",
                        },
                    };
                    await AskAsync(0, $"transfers/{arriving.Id}/arrival", new { lines });
                    await AskAsync(2, $"transfers/{arriving.Id}/arrival", new { lines });
                    break;
            }
        }

        private async Task DispenseAsync(Guid id, Deed deed)
        {
            foreach (var centre in _centres)
            {
                using var dispenser = _house.Dispenser(centre);
                var start = await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/start", new { });
                Look(start);
                if (start.Status != HttpStatusCode.OK)
                {
                    continue;
                }

                var held = await HeldAsync(id);
                if (held.Length > 0)
                {
                    // Within the tolerance, a little more or less than was set aside.
                    var portions = held.Select(h => new
                    {
                        lineNumber = h.Line,
                        lotNumber = h.Number,
                        milligrams = h.Milligrams + h.Milligrams * (deed.Other - 2) / 100,
                    });
                    Look(await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/weights", new { portions }, HttpMethod.Put));
                    Look(await dispenser.SendAsync($"/api/pharmacy/dispensings/{id}/finish", new { }));
                }
            }
        }

        private async Task<(int Line, string Number, long Milligrams)[]> HeldAsync(Guid id)
        {
            await using var command = _house.Database.CreateCommand(
                """
                select a.line_number, l.lot_number, a.milligrams
                from pharmacy.allocations a join pharmacy.lots l on l.id = a.lot_id where a.prescription_id = $1
                """
            );
            command.Parameters.Add(new() { Value = id });
            await using var reader = await command.ExecuteReaderAsync();
            var held = new List<(int, string, long)>();
            while (await reader.ReadAsync())
            {
                held.Add((reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2)));
            }

            return [.. held];
        }

        private async Task CountAsync(Guid lot, Deed deed)
        {
            var id = Guid.CreateVersion7();
            await AskAsync(deed.Which, $"stocktakes/{id}", new { pieces = new[] { _pieces[deed.Which % 2] } }, HttpMethod.Put);
            using var counter = _house.Dispenser(_centres[Home(deed.Which)]);
            var view = await counter.ReadAsync($"/api/pharmacy/stocktakes/{id}");
            if (view.Status == HttpStatusCode.OK)
            {
                var counts = view
                    .Json.GetProperty("lots")
                    .EnumerateArray()
                    .Select(l => new
                    {
                        lotId = l.GetProperty("lotId").GetGuid(),
                        // The one asked for is short or over; the others as the books have them.
                        milligrams = Math.Max(
                            0,
                            l.GetProperty("snapshotMilligrams").GetInt64()
                                + (l.GetProperty("lotId").GetGuid() == lot ? (deed.Other - 3) * deed.Grams * 500L : 0)
                        ),
                    });
                await AskAsync(deed.Which, $"stocktakes/{id}/counts", new { counts });
                using var second = _house.Checker(_centres[Home(deed.Which)]);
                var signed = await second.SendAsync($"/api/pharmacy/stocktakes/{id}/sign", new { });
                Look(signed);
                if (signed.Status != HttpStatusCode.OK)
                {
                    Look(await second.SendAsync($"/api/pharmacy/stocktakes/{id}/cancel", new { reason = "试验" }));
                }
            }
        }

        /// <summary>In the name of the lot's centre.</summary>
        private async Task<Answer> AskAsync(int which, string path, object body, HttpMethod? method = null)
        {
            using var keeper = _house.Dispenser(_centres[Home(which)]);
            var answer = await keeper.SendAsync("/api/pharmacy/" + path, body, method);
            Look(answer);
            return answer;
        }

        private void Look(Answer answer)
        {
            if ((int)answer.Status >= 500)
            {
                lock (_gate)
                {
                    Failures.Add(answer.Text);
                }
            }
        }

        private static int Home(int which) => which % 4 / 2;

        private Guid Lot(int which) => _lots[which % 4];

        private void Keep<T>(List<T> list, T one)
        {
            lock (_gate)
            {
                list.Add(one);
            }
        }

        private T? Pick<T>(List<T> list, int which)
        {
            lock (_gate)
            {
                return list.Count == 0 ? default : list[which % list.Count];
            }
        }
    }
}
