// Waits in the ways that Java has, and prints whether it took as long as it should, by the clock that no argument says or by the wall's.
import java.util.concurrent.*;
import java.util.concurrent.locks.*;

public class Waits {
	public static void main(String[] args) throws Exception {
		boolean wall = args.length > 0;
		long from = wall ? System.currentTimeMillis() * 1_000_000 : System.nanoTime();
		Object o = new Object();
		synchronized (o) { o.wait(50); }
		Thread.sleep(50);
		LockSupport.parkNanos(50_000_000L);
		LockSupport.parkUntil(System.currentTimeMillis() + 60);
		new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS);
		ReentrantLock lock = new ReentrantLock();
		lock.lock();
		lock.newCondition().awaitUntil(new java.util.Date(System.currentTimeMillis() + 60));
		long ms = ((wall ? System.currentTimeMillis() * 1_000_000 : System.nanoTime()) - from) / 1_000_000;
		System.out.println(ms >= 250 && ms < 30000 ? "in time" : "" + ms);
	}
}
