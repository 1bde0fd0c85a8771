using TcmBrain.Knowledge;

namespace TcmBrain.CatalogueCopy;

/// <summary>
/// The catalogue as it was last published (现行目录); before the first publication the one that the build was made with. A piece of work reads
/// it once and goes on with what it read.
/// </summary>
public sealed class CurrentCatalogue
{
    private volatile Catalogue value = Catalogue.Default;

    public Catalogue Value => value;

    /// <summary>Which publication answers; 0: none.</summary>
    public long Publication { get; private set; }

    internal void Switch(Catalogue to, long publication) => (value, Publication) = (to, publication);
}
