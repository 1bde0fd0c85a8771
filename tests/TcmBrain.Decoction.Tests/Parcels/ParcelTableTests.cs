using TcmBrain.Decoction.Parcels;

namespace TcmBrain.Decoction.Tests.Parcels;

public sealed class ParcelTableTests
{
    public static TheoryData<string, ParcelAction, bool> Cells
    {
        get
        {
            var cells = new TheoryData<string, ParcelAction, bool>();
            foreach (var state in ParcelStates.All)
            {
                foreach (var action in Enum.GetValues<ParcelAction>())
                {
                    cells.Add(state, action, false);
                    cells.Add(state, action, true);
                }
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void An_end_is_never_left_and_nothing_moves_to_where_it_cannot_be(string state, ParcelAction action, bool pickUp)
    {
        var cell = ParcelTable.Of(state, action, pickUp);
        if (ParcelStates.HasEnded(state))
        {
            cell.Kind.ShouldBe(ParcelCellKind.Note);
            return;
        }

        if (cell.Kind == ParcelCellKind.Move)
        {
            ParcelStates.All.ShouldContain(cell.To);
            if (cell.To == ParcelStates.Counter)
            {
                pickUp.ShouldBeTrue();
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void From_every_state_that_is_not_an_end_an_end_can_be_reached(bool pickUp)
    {
        foreach (var start in ParcelStates.All)
        {
            var reached = new HashSet<string> { start };
            for (var more = true; more; )
            {
                var next = reached
                    .SelectMany(state => Enum.GetValues<ParcelAction>().Select(action => ParcelTable.Of(state, action, pickUp)))
                    .Where(cell => cell.Kind == ParcelCellKind.Move)
                    .Select(cell => cell.To)
                    .ToList();
                more = next.Count(reached.Add) > 0;
            }

            reached.ShouldContain(state => ParcelStates.HasEnded(state), start);
        }
    }

    [Fact]
    public void Every_action_has_a_name_of_its_own()
    {
        var names = Enum.GetValues<ParcelAction>().Select(action => action.Name()).ToList();
        names.Distinct().Count().ShouldBe(names.Count);
        names.ShouldAllBe(name => ParcelTable.ActionOf(name) != null);
    }
}
